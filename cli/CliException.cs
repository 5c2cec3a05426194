using DurableMl.Cli.Commands;

namespace DurableMl.Cli;

/// <summary>An error that the person at the terminal can act on: its message is printed alone, without a stack trace.</summary>
/// <param name="message">What went wrong and what to do about it.</param>
/// <param name="innerException">The cause, if another exception is it.</param>
internal sealed class CliException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>The code that the command ends with.</summary>
    public int ExitCode { get; init; } = ExitCodes.Failed;
}
