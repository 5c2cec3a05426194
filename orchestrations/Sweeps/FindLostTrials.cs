using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>A trial that its sweep waits for.</summary>
/// <param name="Step">The sweep's step.</param>
/// <param name="Instance">The trial's orchestration.</param>
public sealed record TrialUnderWay(int Step, string Instance);

/// <summary>A trial that will not report any more.</summary>
/// <param name="Step">The sweep's step.</param>
/// <param name="Reason">Why.</param>
public sealed record LostTrial(int Step, string Reason);

/// <summary>
/// Activity: finds trials that were ended from outside, such as through the Durable HTTP API. Their sweep does not await them, and hears of
/// them only here.
/// </summary>
public static class FindLostTrials
{
    /// <summary>Returns those that have not ended by themselves and are not running.</summary>
    /// <param name="trials">The trials that the sweep waits for.</param>
    /// <param name="client">The task hub.</param>
    /// <param name="cancellationToken">The host stops.</param>
    [Function(nameof(FindLostTrials))]
    public static async Task<IReadOnlyList<LostTrial>> RunAsync(
        [ActivityTrigger] IReadOnlyList<TrialUnderWay> trials, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(trials);
        ArgumentNullException.ThrowIfNull(client);
        var lost = new List<LostTrial>();
        foreach (TrialUnderWay trial in trials)
        {
            switch ((await client.GetInstanceAsync(trial.Instance, cancellationToken))?.RuntimeStatus)
            {
                case null:
                    lost.Add(new LostTrial(trial.Step, "its orchestration was purged"));
                    break;
                case OrchestrationRuntimeStatus.Failed:
                    lost.Add(new LostTrial(trial.Step, "its orchestration has failed"));
                    break;
                case OrchestrationRuntimeStatus.Terminated:
                    lost.Add(new LostTrial(trial.Step, "its orchestration was terminated"));
                    break;
            }
        }

        return lost;
    }
}
