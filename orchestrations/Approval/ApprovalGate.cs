using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Approval;

/// <summary>Whether a model may be published.</summary>
/// <param name="Approved">The decision.</param>
/// <param name="By">Who made it; null when nobody did and the default holds.</param>
/// <param name="Comment">Why.</param>
/// <param name="Trial">The trial whose model is to be published instead of the best one's; null for the best.</param>
public sealed record ApprovalDecision(bool Approved, string? By = null, string? Comment = null, string? Trial = null);

/// <summary>Waits inside an orchestrator for a person's decision, with a deadline and a default.</summary>
internal sealed class ApprovalGate : IDisposable
{
    private readonly CancellationTokenSource cancelTimer = new();
    private readonly TaskOrchestrationContext context;
    private readonly ApprovalDefinition approval;
    private readonly Task deadline;
    private Task<ApprovalDecision> next;

    private ApprovalGate(TaskOrchestrationContext context, ApprovalDefinition approval)
    {
        this.context = context;
        this.approval = approval;
        deadline = context.CreateTimer(approval.Deadline, cancelTimer.Token);
        next = context.WaitForExternalEvent<ApprovalDecision>(RunEvents.Approval);
    }

    /// <summary>The gate, now that there is an evaluation to look at. Decisions that came before do not count.</summary>
    public static async Task<ApprovalGate> OpenAsync(TaskOrchestrationContext context, ApprovalDefinition approval, RunProgress progress)
    {
        var gate = new ApprovalGate(context, approval);
        while (gate.next.IsCompleted)
        {
            // An event that nobody waited for is kept: this decision was made before there was anything to decide on.
            ApprovalDecision early = await gate.TakeAsync();
            progress.Note(null, $"a decision {(early.By is { } by ? $"by {by} " : "")}came before the evaluation and does not count");
        }

        return gate;
    }

    /// <summary>
    /// Returns the next decision that comes before the deadline; else the default. Returns null when <paramref name="cancelled"/> comes first.
    /// </summary>
    public async Task<ApprovalDecision?> WaitAsync(Task cancelled)
    {
        Task first = await Task.WhenAny(next, cancelled, deadline);
        return first == deadline ? new ApprovalDecision(approval.Default, null, "Nobody answered before the deadline.")
            : first == next ? await TakeAsync()
            : null;
    }

    private async Task<ApprovalDecision> TakeAsync()
    {
        ApprovalDecision decision = await next;
        next = context.WaitForExternalEvent<ApprovalDecision>(RunEvents.Approval);
        return decision;
    }

    /// <summary>Ends the deadline's timer.</summary>
    public void Dispose()
    {
        if (!deadline.IsCompleted)
        {
            cancelTimer.Cancel();
        }

        cancelTimer.Dispose();
    }
}
