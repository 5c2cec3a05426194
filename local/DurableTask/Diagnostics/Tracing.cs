using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Engine;
using Microsoft.DurableTask.History;
using Microsoft.DurableTask.Sqlite;

namespace Microsoft.DurableTask.Diagnostics;

/// <summary>
/// Spans, in the activity source <c>Microsoft.DurableTask</c>. The ids of an orchestration's span follow from its execution id, so
/// that what it calls before and after a restart has the same parent; the span itself is written when the orchestration ends.
/// </summary>
static class Tracing
{
    const int SpanIdLength = 16;

    static readonly ActivitySource Source = new("Microsoft.DurableTask");

    /// <summary>The span of a client that starts an orchestration.</summary>
    public static Activity? StartCreation(string name, string version, string instanceId, string execution)
    {
        Activity? span = Source.StartActivity(SpanName("create_orchestration", name, version), ActivityKind.Producer);
        span?.SetTag("durabletask.type", "orchestration");
        span?.SetTag("durabletask.task.name", name);
        SetVersion(span, version);
        span?.SetTag("durabletask.task.instance_id", instanceId);
        span?.SetTag("durabletask.task.execution_id", execution);
        return span;
    }

    /// <summary>The span of a client that raises an event.</summary>
    public static Activity? StartEvent(string name, string instanceId)
    {
        Activity? span = Source.StartActivity(SpanName("orchestration_event", name, version: null), ActivityKind.Producer);
        span?.SetTag("durabletask.type", "event");
        span?.SetTag("durabletask.event.name", name);
        span?.SetTag("durabletask.event.target_instance_id", instanceId);
        return span;
    }

    /// <summary>The span of an activity that runs.</summary>
    public static Activity? StartActivity(ActivityWork work)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        _ = ActivityContext.TryParse(work.Trace, null, isRemote: true, out ActivityContext parent);
        Activity? span = Source.StartActivity(SpanName("activity", work.Call.Name!, work.Call.Version), ActivityKind.Server, parent);
        span?.SetTag("durabletask.type", "activity");
        span?.SetTag("durabletask.task.name", work.Call.Name);
        SetVersion(span, work.Call.Version);
        span?.SetTag("durabletask.task.instance_id", work.InstanceId);
        span?.SetTag("durabletask.task.task_id", work.Call.Id);
        return span;
    }

    /// <summary>Writes the span of a timer that fired.</summary>
    public static void Timer(InstanceRow row, HistoryRecord fired, long created)
    {
        if (!Source.HasListeners())
        {
            return;
        }

        _ = ActivityContext.TryParse(ParentOf(row), null, isRemote: true, out ActivityContext parent);
        using Activity? span = Source.StartActivity(
            $"orchestration:{row.Name}:timer", ActivityKind.Internal, parent, startTime: new DateTimeOffset(created, TimeSpan.Zero));
        span?.SetTag("durabletask.type", "timer");
        span?.SetTag("durabletask.task.name", row.Name);
        span?.SetTag("durabletask.task.instance_id", row.Id);
        span?.SetTag("durabletask.fire_at", new DateTime(fired.FireAt, DateTimeKind.Utc).ToString("O", System.Globalization.CultureInfo.InvariantCulture));
        span?.SetTag("durabletask.task.task_id", fired.Id);
        span?.SetEndTime(new DateTime(fired.Time, DateTimeKind.Utc));
    }

    /// <summary>Writes the span of an orchestration that has ended.</summary>
    public static void Orchestration(InstanceRow row)
    {
        if (!Source.HasListeners())
        {
            return;
        }

        _ = ActivityContext.TryParse(row.Trace, null, isRemote: true, out ActivityContext parent);
        Activity? present = Activity.Current;
        Activity.Current = null;
        using (Activity? span = Source.StartActivity(
            SpanName("orchestration", row.Name, row.Version), ActivityKind.Server, parent, startTime: new DateTimeOffset(row.Created, TimeSpan.Zero)))
        {
            if (span is not null)
            {
                string[] context = ParentOf(row)!.Split('-');
                TraceId(span) = context[1];
                SpanId(span) = context[2];
                Id(span) = string.Join('-', context);
                span.SetTag("durabletask.type", "orchestration");
                span.SetTag("durabletask.task.name", row.Name);
                SetVersion(span, row.Version);
                span.SetTag("durabletask.task.instance_id", row.Id);
                span.SetTag("durabletask.task.execution_id", row.Execution);
                span.SetTag("durabletask.task.status", row.Status.ToString());
                if (row.Status == OrchestrationRuntimeStatus.Failed)
                {
                    span.SetStatus(ActivityStatusCode.Error, row.Failure?.ErrorMessage);
                }

                span.SetEndTime(new DateTime(row.Completed!.Value, DateTimeKind.Utc));
            }
        }

        Activity.Current = present;
    }

    /// <summary>The trace parent for what an orchestration calls; <c>null</c> when nobody traces.</summary>
    public static string? ParentOf(InstanceRow row)
    {
        if (ActivityContext.TryParse(row.Trace, null, out ActivityContext parent))
        {
            return $"00-{parent.TraceId.ToHexString()}-{row.Execution[..SpanIdLength]}-{(parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? "01" : "00")}";
        }

        return Source.HasListeners() ? $"00-{row.Execution}-{row.Execution[..SpanIdLength]}-01" : null;
    }

    static string SpanName(string kind, string name, string? version) => string.IsNullOrEmpty(version) ? $"{kind}:{name}" : $"{kind}:{name}@({version})";

    static void SetVersion(Activity? span, string? version)
    {
        if (!string.IsNullOrEmpty(version))
        {
            span?.SetTag("durabletask.task.version", version);
        }
    }

    // A span's ids cannot be chosen by any public means.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_id")]
    static extern ref string? Id(Activity activity);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_spanId")]
    static extern ref string? SpanId(Activity activity);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_traceId")]
    static extern ref string? TraceId(Activity activity);
}
