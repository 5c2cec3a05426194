using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace DurableMl.Local.BatchEmulator.Processes;

/// <summary>
/// A command in a process group of its own under supervisor.sh, which holds a pipe to this process: when this process ends,
/// however it ends, the pipe closes and the supervisor kills the group.
/// </summary>
internal sealed partial class SupervisedProcess : IAsyncDisposable
{
    // Variables that a shell sets for itself, whatever they were.
    private static readonly HashSet<string> ShellsOwn = ["IFS", "OLDPWD", "OPTIND", "PPID", "PS1", "PS2", "PS4", "PWD"];

    private static readonly string Supervisor = LoadSupervisor();

    private readonly Process process;
    private readonly Task<int?> exited;
    private readonly Task ended;

    private SupervisedProcess(Process process)
    {
        this.process = process;
        var exit = new TaskCompletionSource<int?>(TaskCreationOptions.RunContinuationsAsynchronously);
        exited = exit.Task;
        ended = ReadAsync(exit);
    }

    /// <summary>The command's exit code; 128 + n when signal n ended it; null when the supervisor was killed before it could tell.</summary>
    public Task<int?> Exited => exited;

    /// <summary>
    /// Starts the command: the path of a program, and its arguments. With <paramref name="linger"/>, what it leaves running goes on until
    /// this is disposed. The container that it makes, if <paramref name="container"/> names one, is removed at the end.
    /// </summary>
    public static SupervisedProcess Start(
        IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment, string directory, string stdout, string stderr, string marker, bool linger,
        string docker = "", string container = "")
    {
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, WorkingDirectory = directory, RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["-c", Supervisor, "supervisor", linger ? "1" : "0", stdout, stderr, marker, docker, container, .. command])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Clear();
        var others = 0;
        foreach (var (name, value) in environment)
        {
            if (ShellName().IsMatch(name) && !ShellsOwn.Contains(name))
            {
                start.Environment[name] = value;
            }
            else
            {
                // Under a name that a shell takes, and not among the arguments: those every user of the machine can read.
                start.Environment[string.Create(CultureInfo.InvariantCulture, $"DURABLEML_BATCH_ENV_{others++}")] = $"{name}={value}";
            }
        }

        return new SupervisedProcess(Process.Start(start) ?? throw new InvalidOperationException("The supervisor did not start."));
    }

    /// <summary>Sends a signal (TERM, KILL) to the group.</summary>
    public async Task SignalAsync(string signal)
    {
        try
        {
            await process.StandardInput.WriteLineAsync(signal);
            await process.StandardInput.FlushAsync();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The supervisor has ended, and the group with it.
        }
    }

    /// <summary>Kills what is left and waits for the supervisor's end.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // Already gone.
        }

        await ended;
        await process.WaitForExitAsync();
        process.Dispose();
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ShellName();

    private static string LoadSupervisor()
    {
        using var stream = typeof(SupervisedProcess).Assembly.GetManifestResourceStream("supervisor.sh")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private async Task ReadAsync(TaskCompletionSource<int?> exit)
    {
        try
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                if (line.StartsWith("exited ", StringComparison.Ordinal))
                {
                    exit.TrySetResult(int.Parse(line.AsSpan(7), CultureInfo.InvariantCulture));
                }
            }
        }
        finally
        {
            exit.TrySetResult(null);
        }
    }
}
