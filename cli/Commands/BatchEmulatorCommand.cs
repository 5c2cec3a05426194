using System.CommandLine;
using DurableMl.Cli.Hosting;
using DurableMl.Cli.Processes;

namespace DurableMl.Cli.Commands;

/// <summary><c>batch-emulator</c>: the Azure Batch emulator alone.</summary>
internal static class BatchEmulatorCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("batch-emulator", "Start the Azure Batch emulator alone. Ctrl+C stops it.");
        var port = HostOptions.Port("--port", "Its port (10100, or a free one).");
        var state = HostOptions.StateFolder();
        command.Options.Add(port);
        command.Options.Add(state);
        command.SetHandler((result, cancellationToken) =>
            RunAsync(RepositoryLayout.Find(result.GetValue(state)), result.GetValue(port), Console.Out, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(RepositoryLayout layout, int? wanted, TextWriter output, CancellationToken cancellationToken)
    {
        // The same state as under `up`, so that the two do not run at once.
        using var folderLock = new HostStateFile(layout.State).TryLock()
            ?? throw new CliException($"A durableml host is up already in {layout.State}, with a Batch emulator of its own.");
        var port = PortChooser.ForLoopback().ChooseBatch(wanted);
        var account = BatchAccount.Load(layout.State);
        var factory = new ServiceFactory(layout, new HostPorts(0, 0, 0, 0, port), StorageAccount.Load(layout.State), account);
        await using var emulator = new SupervisedProcess(
            factory.BatchEmulator(),
            token => HttpProbe.AnswersAsync(factory.BatchUrl, token),
            new RestartPolicy(TimeProvider.System),
            output,
            TimeProvider.System);
        await emulator.StartAsync(cancellationToken);
        await output.WriteLineAsync($"""
            Batch URL      {factory.BatchUrl}
            Account name   {account.Name}
            Account key    {account.Key}
            Ctrl+C stops it.
            """);
        try
        {
            await emulator.Completion.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await output.WriteLineAsync("Stopping.");
        }

        return 0;
    }
}
