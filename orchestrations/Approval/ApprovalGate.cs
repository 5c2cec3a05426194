using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Approval;

/// <summary>Waits inside an orchestrator for a person's word, with a deadline and a default.</summary>
public static class ApprovalGate
{
    /// <summary>Returns the first decision that comes before the deadline, else the default. Returns null when <paramref name="cancelled"/> comes first.</summary>
    public static async Task<ApprovalDecision?> WaitAsync(TaskOrchestrationContext context, ApprovalDefinition approval, Task cancelled)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(approval);
        using var cancelTimer = new CancellationTokenSource();
        Task deadline = context.CreateTimer(approval.Deadline, cancelTimer.Token);
        Task<ApprovalDecision> decision = context.WaitForExternalEvent<ApprovalDecision>(RunEvents.Approval);
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
