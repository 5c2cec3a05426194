using DurableMl.Cli.Processes;

namespace DurableMl.Cli.Hosting;

/// <summary>Processes of an <c>up</c> that was killed. They end by themselves, but may not have come to it yet.</summary>
internal static class Leftovers
{
    /// <summary>Stops those that still run.</summary>
    /// <param name="state">What the killed <c>up</c> wrote; null if there was none.</param>
    /// <param name="output">Where to say what is stopped.</param>
    /// <param name="time">The clock.</param>
    public static async Task StopAsync(HostState? state, TextWriter output, TimeProvider time)
    {
        if (state is null)
        {
            return;
        }

        foreach (var (name, process) in state.Services)
        {
            if (process.IsAlive)
            {
                await output.WriteLineAsync($"Stopping {name} (process {process.Pid}), left over from an earlier run.");
                await ProcessStop.StopAsync(process, TimeSpan.FromSeconds(10), time);
            }
        }
    }
}
