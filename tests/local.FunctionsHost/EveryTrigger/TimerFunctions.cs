using Microsoft.Azure.Functions.Worker;

namespace EveryTrigger;

public static class TimerFunctions
{
    [Function("EverySecond")]
    public static Task EverySecond([TimerTrigger("* * * * * *")] TimerInfo timer) => Record.WriteAsync("every-second", $"late={timer.IsPastDue}");

    [Function("AtStart")]
    public static Task AtStart([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true)] TimerInfo timer) => Record.WriteAsync("at-start", timer.ScheduleStatus?.Next.ToString("O") ?? "none");

    [Function("Yearly")]
    public static Task Yearly([TimerTrigger("0 0 0 1 1 *")] TimerInfo timer) => Record.WriteAsync("yearly", $"late={timer.IsPastDue}");

    [Function("Retried")]
    [FixedDelayRetry(2, "00:00:00.1")]
    public static async Task Retried([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true)] TimerInfo timer, FunctionContext context)
    {
        await Record.WriteAsync("retried", $"{context.RetryContext?.RetryCount ?? 0} of {context.RetryContext?.MaxRetryCount ?? 0}");
        throw new InvalidOperationException("again");
    }
}
