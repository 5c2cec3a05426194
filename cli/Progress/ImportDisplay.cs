using DurableMl.Cli.Imports;

namespace DurableMl.Cli.Progress;

/// <summary>A line for each thing that changes in an import.</summary>
/// <param name="output">Where the lines go.</param>
internal sealed class ImportDisplay(TextWriter output)
{
    /// <summary>Shows each state as it comes.</summary>
    /// <returns>The last state.</returns>
    public async Task<ImportDocument> ShowAsync(IAsyncEnumerable<ImportDocument> states, CancellationToken cancellationToken)
    {
        ImportDocument? last = null;
        string? shown = null;
        await foreach (var state in states.WithCancellation(cancellationToken))
        {
            last = state;
            if (Describe(state.CustomStatus) is { } line && line != shown)
            {
                shown = line;
                await output.WriteLineAsync(line);
            }
        }

        return last ?? throw new CliException("The import has no state.");
    }

    private static string? Describe(ImportProgress? progress) => progress switch
    {
        null or { Phase: null or PhaseNames.Done } or { Error: not null } => null,
        { Phase: "convert", Trials: [{ State: "retrying" } trial, ..] } => $"convert: retrying, {trial.Error}",
        { Phase: "convert", Trials: [var trial, ..] } => $"convert: {trial.State}",
        _ => progress.Phase,
    };
}
