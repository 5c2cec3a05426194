using Microsoft.DurableTask.Client;

namespace DurableMl.Orchestrations.Runs;

/// <summary>The external events of a run.</summary>
public static class RunEvents
{
    /// <summary>To the run, its sweep and its trials: stop. The payload is the reason, a string.</summary>
    public const string Cancel = "Cancel";

    /// <summary>To the run: a person's word on publishing, an <see cref="Approval.ApprovalDecision"/>.</summary>
    public const string Approval = "Approval";

    /// <summary>To a trial: its sweep's scheduler gives it up, or a person does. The payload is the reason, a string.</summary>
    public const string Stop = "Stop";

    /// <summary>To a sweep: a trial's report or a person's decision, a <see cref="Sweeps.SweepMessage"/>.</summary>
    public const string SweepMessage = "SweepMessage";

    /// <summary>To a trial: an attempt of it has written its result. The payload is empty; the trial looks for itself.</summary>
    public const string TrialEnded = "TrialEnded";

    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Raises an event to an instance that may have been started just now. Azure Storage may put off a start, for some seconds, whose instance it does not see
    /// yet, and discards events that come meanwhile; so the start is awaited first.
    /// </summary>
    /// <param name="client">The task hub.</param>
    /// <param name="instance">The instance.</param>
    /// <param name="name">The event's name.</param>
    /// <param name="payload">What it says.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    public static async Task RaiseEventAsync(this DurableTaskClient client, OrchestrationMetadata instance, string name, object payload, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(instance);
        if (instance.RuntimeStatus == OrchestrationRuntimeStatus.Pending)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(LongestStart);
            try
            {
                await client.WaitForInstanceStartAsync(instance.InstanceId, patience.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // A start that has waited for so long stands in the queue, ahead of the event.
            }
        }

        await client.RaiseEventAsync(instance.InstanceId, name, payload, cancellationToken);
    }
}
