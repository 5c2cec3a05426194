using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Approval;

/// <summary>Whether a model may be published.</summary>
/// <param name="Approved">The decision.</param>
/// <param name="By">Who made it; null when nobody did and the default holds.</param>
/// <param name="Comment">Why.</param>
public sealed record ApprovalDecision(bool Approved, string? By = null, string? Comment = null);

/// <summary>Waits inside an orchestrator for a person's decision, with a deadline and a default.</summary>
internal static class ApprovalGate
{
    /// <summary>
    /// Returns the first decision that comes between now, when there is an evaluation to look at, and the deadline; else the default.
    /// Returns null when <paramref name="cancelled"/> comes first.
    /// </summary>
    public static async Task<ApprovalDecision?> WaitAsync(TaskOrchestrationContext context, ApprovalDefinition approval, Task cancelled, RunProgress progress)
    {
        using var cancelTimer = new CancellationTokenSource();
        Task deadline = context.CreateTimer(approval.Deadline, cancelTimer.Token);
        Task<ApprovalDecision> decision = context.WaitForExternalEvent<ApprovalDecision>(RunEvents.Approval);
        while (decision.IsCompleted)
        {
            // An event that nobody waited for is kept: this decision was made before there was anything to decide on.
            ApprovalDecision early = await decision;
            progress.Note(null, $"a decision {(early.By is { } by ? $"by {by} " : "")}came before the evaluation and does not count");
            decision = context.WaitForExternalEvent<ApprovalDecision>(RunEvents.Approval);
        }

        Task first = await Task.WhenAny(decision, cancelled, deadline);
        if (first == deadline)
        {
            return new ApprovalDecision(approval.Default, null, "Nobody answered before the deadline.");
        }

#pragma warning disable MA0042 // An orchestrator awaits nothing but its context's tasks.
        cancelTimer.Cancel();
#pragma warning restore MA0042
        return first == decision ? await decision : null;
    }
}
