using System.Globalization;
using DurableMl.Cli.Pipelines;

namespace DurableMl.Cli.Progress;

/// <summary>A line for each thing that changed, for output that is not a terminal.</summary>
/// <param name="output">Where the lines go.</param>
internal sealed class PlainRunDisplay(TextWriter output) : IRunDisplay
{
    private readonly Dictionary<string, string?> _trialStates = new(StringComparer.Ordinal);
    private readonly HashSet<string> _begun = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ended = new(StringComparer.Ordinal);
    private bool _datasetShown;

    /// <inheritdoc />
    public async Task<RunDocument> ShowAsync(IAsyncEnumerable<RunDocument> states, CancellationToken cancellationToken)
    {
        RunDocument? last = null;
        await foreach (var state in states.WithCancellation(cancellationToken))
        {
            last = state;
            if (state.CustomStatus is { } progress)
            {
                await ShowAsync(progress);
            }
        }

        return last ?? throw new CliException("The run has no state.");
    }

    private async Task ShowAsync(RunProgress progress)
    {
        var phases = progress.Phases.Where(phase => phase.Name != PhaseNames.Done).ToArray();
        foreach (var phase in phases)
        {
            if (_begun.Add(phase.Name))
            {
                await output.WriteLineAsync($"{phase.Name}: begun");
            }
        }

        await ShowDatasetAsync(progress.Dataset);
        foreach (var trial in progress.Trials)
        {
            await ShowTrialAsync(trial);
        }

        foreach (var phase in phases)
        {
            if (phase.EndedAt is { } ended && _ended.Add(phase.Name))
            {
                await output.WriteLineAsync($"{phase.Name}: done in {Duration.Text(phase, ended)}");
            }
        }
    }

    private async Task ShowDatasetAsync(RunDataset? dataset)
    {
        if (dataset?.Version is null || _datasetShown)
        {
            return;
        }

        _datasetShown = true;
        await output.WriteLineAsync(
            $"dataset {dataset.Name} {dataset.Version}: {(dataset.Reused ? "reused, it was there already" : "made")}, {dataset.Size()}");
    }

    private async Task ShowTrialAsync(RunTrial trial)
    {
        if (_trialStates.GetValueOrDefault(trial.Id) == trial.State)
        {
            return;
        }

        _trialStates[trial.Id] = trial.State;
        var detail = trial.State switch
        {
            "completed" => string.Create(CultureInfo.InvariantCulture, $", {trial.Objective:0.0000}"),
            "failed" or "retrying" => $", {trial.Error}",
            _ => "",
        };
        await output.WriteLineAsync($"{trial.Id}: {trial.State}{detail} ({trial.Describe()})");
    }
}
