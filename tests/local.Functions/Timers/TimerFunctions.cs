namespace FunctionsHost.Tests.Timers;

public sealed class TimerFunctions(Recorder recorder)
{
    [Function("hourly")]
    public void Hourly([TimerTrigger("0 0 * * * *")] TimerInfo timer) =>
        recorder.Add($"hourly past-due={timer.IsPastDue} status={timer.ScheduleStatus is not null}");

    [Function("every-second")]
    public void EverySecond([TimerTrigger("%EverySecond%")] TimerInfo timer) =>
        recorder.Add($"second status={timer.ScheduleStatus is not null}");

    [Function("at-startup")]
    public void AtStartup([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true, UseMonitor = false)] TimerInfo timer) =>
        recorder.Add("startup");

    [Function("retried")]
    [FixedDelayRetry(2, "00:00:00")]
    public void Retried([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true, UseMonitor = false)] TimerInfo timer, FunctionContext context)
    {
        recorder.Add($"retry {context.RetryContext.RetryCount}/{context.RetryContext.MaxRetryCount}");
        throw new InvalidOperationException("no");
    }
}

public static class RetriedHttpFunctions
{
    [Function("cannot-retry")]
    [FixedDelayRetry(1, "00:00:01")]
    public static void CannotRetry([HttpTrigger] Microsoft.AspNetCore.Http.HttpRequest request) { }
}
