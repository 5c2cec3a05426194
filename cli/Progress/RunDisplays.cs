using Spectre.Console;

namespace DurableMl.Cli.Progress;

/// <summary>Chooses how a run is shown.</summary>
internal static class RunDisplays
{
    /// <summary>In place on a terminal, line by line elsewhere.</summary>
    public static IRunDisplay For(IAnsiConsole console, TextWriter output, TimeProvider time) =>
        console.Profile.Capabilities.Interactive && console.Profile.Out.IsTerminal ? new LiveRunDisplay(console, time) : new PlainRunDisplay(output);
}
