using System.Diagnostics;
using Microsoft.DurableTask.Engine;

namespace Microsoft.DurableTask.Diagnostics;

/// <summary>Spans, in the activity source <c>Microsoft.DurableTask</c>.</summary>
static class Tracing
{
    static readonly ActivitySource Source = new("Microsoft.DurableTask");

    public static Activity? StartCreation(string name, string instanceId) => Source.StartActivity(
        $"create_orchestration:{name}",
        ActivityKind.Producer,
        default(ActivityContext),
        [
            new("durabletask.type", "orchestration"),
            new("durabletask.task.name", name),
            new("durabletask.task.instance_id", instanceId),
        ]);

    public static Activity? StartActivity(ActivityWork work)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        _ = ActivityContext.TryParse(work.Trace, null, isRemote: true, out ActivityContext parent);
        return Source.StartActivity(
            $"activity:{work.Call.Name}",
            ActivityKind.Server,
            parent,
            [
                new("durabletask.type", "activity"),
                new("durabletask.task.name", work.Call.Name),
                new("durabletask.task.version", work.Call.Version),
                new("durabletask.task.instance_id", work.InstanceId),
                new("durabletask.task.task_id", work.Call.Id),
            ]);
    }
}
