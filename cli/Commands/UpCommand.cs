using System.CommandLine;
using System.Globalization;
using DurableMl.Cli.Hosting;

namespace DurableMl.Cli.Commands;

/// <summary><c>up</c>: the local host, until Ctrl+C.</summary>
internal static class UpCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("up", "Start the local host: storage, Batch emulator and Functions. Unfinished runs go on. Ctrl+C stops it.");
        var options = new HostOptions();
        options.AddTo(command);
        command.SetHandler((result, cancellationToken) => RunAsync(options.Layout(result), options.Ports(result), Console.Out, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(RepositoryLayout layout, PortRequest ports, TextWriter output, CancellationToken cancellationToken)
    {
        await using var host = await LocalHost.StartAsync(layout, ports, output, TimeProvider.System, cancellationToken);
        await WriteAddressesAsync(layout, host.Ports, output);
        try
        {
            await host.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await output.WriteLineAsync("Stopping.");
        }

        return 0;
    }

    private static async Task WriteAddressesAsync(RepositoryLayout layout, HostPorts ports, TextWriter output)
    {
        var api = LocalHost.FunctionsUrl(ports);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"""

            Pipelines   {api}api/pipelines
            Models      {api}api/models
            Inference   {api}v2 (described at {api}openapi.json, measured at {api}metrics)
            Key         {HostKey.Read(layout.State)} (send it as {HostKey.Header}; ./durableml does)
            Storage     {StorageAccount.BlobEndpoint(ports)} (queues on port {ports.Queue}, tables on {ports.Table})
            Batch       http://127.0.0.1:{ports.Batch}
            Logs        {Path.Combine(layout.State, "logs")}
            Ctrl+C stops it.
            """));
    }
}
