using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>A trial that its sweep waits for.</summary>
/// <param name="Step">The sweep's step.</param>
/// <param name="Trial">The trial.</param>
public sealed record TrialUnderWay(int Step, string Trial);

/// <summary>What <see cref="FindLostTrials"/> works on.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Trials">The trials that its sweep has waited for since the last look.</param>
public sealed record FindLostTrialsInput(string RunId, IReadOnlyList<TrialUnderWay> Trials);

/// <summary>
/// Activity: finds trials that will not report any more. Their sweep does not await them: it hears only here of one that was ended from outside, such
/// as through the Durable HTTP API, or whose report has got lost.
/// </summary>
public static class FindLostTrials
{
    /// <summary>Returns a report for each trial that is not running: its own, if it has ended by itself, else that it has failed and why.</summary>
    /// <param name="input">The trials.</param>
    /// <param name="client">The task hub.</param>
    /// <param name="cancellationToken">The host stops.</param>
    [Function(nameof(FindLostTrials))]
    public static async Task<IReadOnlyList<TrialReport>> RunAsync([ActivityTrigger] FindLostTrialsInput input, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(client);
        var reports = new List<TrialReport>();
        foreach (TrialUnderWay trial in input.Trials)
        {
            OrchestrationMetadata? instance = await client.GetInstanceAsync(RunIds.Trial(input.RunId, trial.Trial), getInputsAndOutputs: true, cancellationToken);
            TrialReport? report = instance?.RuntimeStatus switch
            {
                null => TrialReport.OfLost(trial.Step, trial.Trial, "its orchestration was purged"),
                OrchestrationRuntimeStatus.Failed => TrialReport.OfLost(trial.Step, trial.Trial, "its orchestration has failed"),
                OrchestrationRuntimeStatus.Terminated => TrialReport.OfLost(trial.Step, trial.Trial, "its orchestration was terminated"),
                OrchestrationRuntimeStatus.Completed => instance.ReadOutputAs<TrialReport>(),
                _ => null,
            };
            if (report?.Step == trial.Step)
            {
                reports.Add(report);
            }
        }

        return reports;
    }
}
