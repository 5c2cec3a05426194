using System.CommandLine;
using System.Globalization;
using DurableMl.Cli.Hosting;
using DurableMl.Cli.Programs;

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
        var dashboard = new Option<bool>("--dashboard") { Description = "Start Aspire's dashboard too: traces, logs and metrics. It is fetched when first used (125 MB)." };
        command.Options.Add(dashboard);
        command.SetHandler((result, cancellationToken) => RunAsync(options.Layout(result), options.Ports(result), result.GetValue(dashboard), Console.Out, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(RepositoryLayout layout, PortRequest ports, bool withDashboard, TextWriter output, CancellationToken cancellationToken)
    {
        var dashboard = withDashboard ? await NuGetProgram.DashboardAsync(layout.Root, cancellationToken) : null;
        await using var host = await LocalHost.StartAsync(layout, ports, output, TimeProvider.System, cancellationToken, dashboard);
        await WriteAddressesAsync(layout, host, output);
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

    private static async Task WriteAddressesAsync(RepositoryLayout layout, LocalHost host, TextWriter output)
    {
        var ports = host.Ports;
        var api = LocalHost.FunctionsUrl(ports);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"""

            Pipelines   {api}api/pipelines
            Models      {api}api/models
            Inference   {api}v2 (described at {api}openapi.json, measured at {api}metrics)
            Key         {HostKey.Read(layout.State)} (send it as {HostKey.Header}; ./durableml does)
            Storage     {StorageAccount.BlobEndpoint(ports)} (queues on port {ports.Queue}, tables on {ports.Table})
            Batch       http://127.0.0.1:{ports.Batch}
            Logs        {Path.Combine(layout.State, "logs")}{(host.Dashboard is { } dashboard ? $"{Environment.NewLine}Dashboard   {dashboard.LoginUrl}" : "")}
            Ctrl+C stops it.
            """));
    }
}
