using System.Diagnostics;
using DurableTask.Core;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Runs;

/// <summary>Sub-orchestrations that are not awaited: the call is over at once, so that the caller can go on in a new execution while they work.</summary>
internal static class FireAndForget
{
    /// <summary>Options of such a call. What a replay passes is not looked at.</summary>
    /// <param name="instanceId">The sub-orchestration's instance.</param>
    public static SubOrchestrationOptions Start(string instanceId)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal) { [OrchestrationTags.FireAndForget] = "" };
        // Durable Task sends the span of a call when the answer has come, and here none comes: the caller's own span is to be the parent.
        if (Activity.Current is { Id: { } id } caller)
        {
            tags[OrchestrationTags.TraceParent] = id;
            tags[OrchestrationTags.TraceState] = caller.TraceStateString ?? "";
        }

        return new SubOrchestrationOptions(new TaskOptions { Tags = tags }, instanceId);
    }
}
