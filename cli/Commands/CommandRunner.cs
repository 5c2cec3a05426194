using System.CommandLine;
using DurableMl.Cli.Pipelines;

namespace DurableMl.Cli.Commands;

/// <summary>Runs a command's action and turns what went wrong into a line and an exit code.</summary>
internal static class CommandRunner
{
    /// <summary>Exit code after Ctrl+C, by the shells' convention.</summary>
    public const int Interrupted = 130;

    /// <summary>Sets what a command does.</summary>
    public static void SetHandler(this Command command, Func<ParseResult, CancellationToken, Task<int>> run) =>
        command.SetAction(async (result, cancellationToken) =>
        {
            try
            {
                return await run(result, cancellationToken);
            }
            catch (Exception exception) when (exception is CliException or HostUnreachableException)
            {
                await Console.Error.WriteLineAsync(exception.Message);
                return 1;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return Interrupted;
            }
        });
}
