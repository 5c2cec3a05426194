using System.CommandLine;
using DurableMl.Cli.Demo;
using DurableMl.Cli.Hosting;
using DurableMl.Cli.Progress;

namespace DurableMl.Cli.Commands;

/// <summary><c>demo</c>: MNIST from raw files to a served model.</summary>
internal static class DemoCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("demo", "Run the MNIST pipeline and try the model it publishes, on the host that is up or on one of its own.");
        var options = new HostOptions();
        options.AddTo(command);
        command.SetHandler((result, cancellationToken) => RunAsync(options.Layout(result), options.Ports(result), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(RepositoryLayout layout, PortRequest ports, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            await using var host = await HostConnection.OpenAsync(layout, ports, Console.Out, TimeProvider.System, limit.Token);
            var demo = new DemoRun(layout, Terminal.Open(), Console.Out, TimeProvider.System);
            return await host.WhileUpAsync(token => demo.RunAsync(host.Ports, token), limit.Token);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Console.Out.WriteLineAsync("Interrupted. The run is kept: ./durableml demo or up goes on with it.");
            return ExitCodes.Interrupted;
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CliException($"The demo did not end within {Limit.TotalMinutes:0} minutes; see {Path.Combine(layout.State, "logs")}.", exception);
        }
    }
}
