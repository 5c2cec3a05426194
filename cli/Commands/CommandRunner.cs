using System.CommandLine;
using DurableMl.Cli.Pipelines;

namespace DurableMl.Cli.Commands;

/// <summary>What the command's exit code says. docs/azure.md lists them for scripts.</summary>
internal static class ExitCodes
{
    /// <summary>Done, and what was started ended well.</summary>
    public const int Done = 0;

    /// <summary>It failed: a run published nothing, a request was refused, a program that was needed failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The server does not answer.</summary>
    public const int Unreachable = 3;

    /// <summary>The server does not let this caller in.</summary>
    public const int NotAllowed = 4;

    /// <summary>Ctrl+C, by the shells' convention.</summary>
    public const int Interrupted = 130;
}

/// <summary>Runs a command's action and turns what went wrong into a line and an exit code.</summary>
internal static class CommandRunner
{
    /// <summary>Sets what a command does.</summary>
    public static void SetHandler(this Command command, Func<ParseResult, CancellationToken, Task<int>> run) =>
        command.SetAction(async (result, cancellationToken) =>
        {
            try
            {
                return await run(result, cancellationToken);
            }
            catch (CliException exception)
            {
                await Console.Error.WriteLineAsync(exception.Message);
                return exception.ExitCode;
            }
            catch (HostUnreachableException exception)
            {
                await Console.Error.WriteLineAsync(exception.Message);
                return ExitCodes.Unreachable;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // A file or folder of this machine.
                await Console.Error.WriteLineAsync(exception.Message);
                return ExitCodes.Failed;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return ExitCodes.Interrupted;
            }
        });
}
