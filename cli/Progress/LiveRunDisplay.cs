using DurableMl.Cli.Pipelines;
using Spectre.Console;

namespace DurableMl.Cli.Progress;

/// <summary>Bars and a table that fill in place, for a terminal.</summary>
/// <param name="console">The terminal.</param>
/// <param name="time">The clock for phases under way.</param>
internal sealed class LiveRunDisplay(IAnsiConsole console, TimeProvider time) : IRunDisplay
{
    /// <inheritdoc />
    public async Task<RunDocument> ShowAsync(IAsyncEnumerable<RunDocument> states, CancellationToken cancellationToken)
    {
        RunDocument? last = null;
        var curves = new Sparklines();
        await console.Live(new Text("waiting for the run to begin")).StartAsync(async live =>
        {
            await foreach (var state in states.WithCancellation(cancellationToken))
            {
                last = state;
                if (state.CustomStatus is { } progress)
                {
                    curves.Add(progress.Trials);
                    live.UpdateTarget(RunTables.Live(progress, time.GetUtcNow(), console.Profile.Width, curves));
                }
            }
        });
        return last ?? throw new CliException("The run has no state.");
    }
}
