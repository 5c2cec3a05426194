using DurableMl.Local.Functions.Invocation;
using DurableMl.Local.Functions.Storage;
using Microsoft.Extensions.Hosting;

namespace DurableMl.Local.Functions.Timers;

/// <summary>Runs timer functions when they are due; one that was missed while the host was down runs once when it is back.</summary>
internal sealed partial class TimerTriggerListener(
    FunctionCatalog catalog,
    StorageConnections storage,
    ScheduleMonitor monitor,
    FunctionInvoker invoker,
    HostSettings settings,
    TimeProvider time,
    ILogger<TimerTriggerListener> logger
) : BackgroundService
{
    /// <summary>A timer cannot wait longer than about 49 days at once.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private (DiscoveredFunction Function, TimerTriggerAttribute Trigger, TimerSchedule Schedule, bool Monitored)[] timers = [];

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        timers =
        [
            .. catalog
                .With<TimerTriggerAttribute>()
                .Select(t =>
                {
                    TimerSchedule schedule = Schedule(t.Function, t.Trigger);
                    return (t.Function, t.Trigger, schedule, t.Trigger.UseMonitor && !schedule.RecursWithinAMinute(Now()));
                }),
        ];
        if (timers.Any(t => t.Monitored))
        {
            // Fails here, with the setting's name, rather than when the first timer is due.
            storage.Blobs(StorageConnections.Default);
        }

        return base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(timers.Select(t => RunAsync(t.Function, t.Trigger, t.Schedule, t.Monitored, stoppingToken)));

    private TimerSchedule Schedule(DiscoveredFunction function, TimerTriggerAttribute trigger)
    {
        try
        {
            return new TimerSchedule(SettingText.Resolve(trigger.Schedule, settings.Configuration));
        }
        catch (FormatException e)
        {
            throw new InvalidOperationException($"Function '{function.Name}': {e.Message}", e);
        }
    }

    private async Task RunAsync(
        DiscoveredFunction function,
        TimerTriggerAttribute trigger,
        TimerSchedule schedule,
        bool monitored,
        CancellationToken stopping
    )
    {
        ScheduleStatus? status = monitored ? await ReadStatusAsync(function, stopping) : null;
        DateTime next = schedule.Next(Now());
        if (status is not null && Due(schedule, status) <= Now())
        {
            status = await InvokeAsync(function, schedule, status, monitored, pastDue: true, stopping);
            next = schedule.Next(Now());
        }
        else if (trigger.RunOnStartup)
        {
            status = await InvokeAsync(function, schedule, status, monitored, pastDue: false, stopping);
            next = schedule.Next(Now());
        }
        else if (monitored && status is null)
        {
            // From now on an occurrence that is missed shows.
            status = new ScheduleStatus
            {
                Last = default,
                Next = next,
                LastUpdated = Now(),
            };
            await WriteStatusAsync(function, status, stopping);
        }

        while (true)
        {
            await WaitUntilAsync(next, stopping);
            status = await InvokeAsync(function, schedule, status, monitored, pastDue: false, stopping);
            next = schedule.Next(Now() > next ? Now() : next);
        }
    }

    /// <summary>When the function was due after its last run; a schedule that has been changed since counts as it is now.</summary>
    private static DateTime Due(TimerSchedule schedule, ScheduleStatus status) =>
        status.Last == default ? status.Next : schedule.Next(status.Last);

    private async Task WaitUntilAsync(DateTime due, CancellationToken stopping)
    {
        while (due - Now() is { } wait && wait > TimeSpan.Zero)
        {
            await Task.Delay(wait < LongestWait ? wait : LongestWait, time, stopping);
        }
    }

    private async Task<ScheduleStatus?> InvokeAsync(
        DiscoveredFunction function,
        TimerSchedule schedule,
        ScheduleStatus? status,
        bool monitored,
        bool pastDue,
        CancellationToken stopping
    )
    {
        DateTime started = Now();
        try
        {
            await invoker.InvokeWithRetriesAsync(
                function,
                retry => new TriggerEvent
                {
                    Value = new TimerInfo { IsPastDue = pastDue, ScheduleStatus = status },
                    Retry = retry,
                },
                stopping
            );
        }
        catch (Exception) when (!stopping.IsCancellationRequested)
        {
            // The invoker has logged it; the next occurrence is a new chance.
        }

        if (!monitored)
        {
            return null;
        }

        ScheduleStatus written = new()
        {
            Last = started,
            Next = schedule.Next(started),
            LastUpdated = Now(),
        };
        await WriteStatusAsync(function, written, CancellationToken.None);
        return written;
    }

    private async Task<ScheduleStatus?> ReadStatusAsync(DiscoveredFunction function, CancellationToken stopping)
    {
        try
        {
            return await monitor.ReadAsync(function.Name, stopping);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogStatusFailed(logger, function.Name, e.Message);
            return null;
        }
    }

    private async Task WriteStatusAsync(DiscoveredFunction function, ScheduleStatus status, CancellationToken cancellation)
    {
        try
        {
            await monitor.WriteAsync(function.Name, status, cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogStatusFailed(logger, function.Name, e.Message);
        }
    }

    private DateTime Now() => time.GetUtcNow().UtcDateTime;

    [LoggerMessage(1, LogLevel.Warning, "The schedule status of '{Function}' could not be read or written: {Reason}")]
    private static partial void LogStatusFailed(ILogger logger, string function, string reason);
}
