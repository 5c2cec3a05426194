using System.ComponentModel;
using System.Diagnostics;

namespace DurableMl.Cli.Programs;

/// <summary>Runs a program of others to its end: the Azure CLI, Docker, the Bicep compiler.</summary>
/// <param name="Program">The program, a path or a name on the PATH.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record ProgramRun(string Program, params IReadOnlyList<string> Arguments)
{
    /// <summary>The folder to run in; null for the current one.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Variables beside those of this process.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What to say when the program is not installed.</summary>
    public string? Missing { get; init; }

    /// <summary>Runs it and keeps what it writes.</summary>
    /// <exception cref="CliException">It is not installed.</exception>
    public async Task<ProgramResult> CaptureAsync(CancellationToken cancellationToken)
    {
        using Process process = Start(capture: true);
        using CancellationTokenRegistration _ = cancellationToken.Register(() => Kill(process));
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        return new ProgramResult(process.ExitCode, await output, await errors);
    }

    /// <summary>Runs it on this terminal: it writes there and may ask.</summary>
    /// <exception cref="CliException">It is not installed, or it failed.</exception>
    public async Task ShowAsync(CancellationToken cancellationToken)
    {
        if (await RunAsync(cancellationToken) is not 0 and var exitCode)
        {
            throw new CliException($"`{this}` failed (exit code {exitCode}); what it wrote is above.");
        }
    }

    /// <summary>Runs it on this terminal and tells how it ended.</summary>
    /// <exception cref="CliException">It is not installed.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using Process process = Start(capture: false);
        using CancellationTokenRegistration _ = cancellationToken.Register(() => Kill(process));
        await process.WaitForExitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        return process.ExitCode;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(' ', Arguments.Prepend(Program));

    private Process Start(bool capture)
    {
        var start = new ProcessStartInfo(Program, Arguments)
        {
            WorkingDirectory = WorkingDirectory ?? "",
            RedirectStandardOutput = capture,
            RedirectStandardError = capture,
            UseShellExecute = false,
        };
        foreach ((string name, string value) in Environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new CliException(Missing ?? $"{Program} cannot be started: {exception.Message}", exception);
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself meanwhile.
        }
    }
}

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Errors">What it wrote to standard error.</param>
internal sealed record ProgramResult(int ExitCode, string Output, string Errors);
