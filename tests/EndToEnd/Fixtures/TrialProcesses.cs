using System.Runtime.InteropServices;
using System.Text;

namespace EndToEnd.Tests.Fixtures;

/// <summary>The Python processes of a run's trials, known by the run's id in their environment.</summary>
internal static partial class TrialProcesses
{
    private const int Stop = 19;
    private const int Continue = 18;

    /// <summary>Halts them, so that none can end before it is killed.</summary>
    public static void Halt(string runId) => Signal(runId, Stop);

    /// <summary>Lets halted ones go on.</summary>
    public static void GoOn(string runId) => Signal(runId, Continue);

    private static void Signal(string runId, int signal)
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out int pid) && IsTrial(folder, runId))
            {
                _ = SendSignal(pid, signal);
            }
        }
    }

    private static bool IsTrial(string folder, string runId)
    {
        try
        {
            // Not the shell that supervises it: that one must see its parent die.
            return File.ReadAllText(Path.Combine(folder, "comm")).StartsWith("python", StringComparison.Ordinal)
                && File.ReadAllText(Path.Combine(folder, "environ"), Encoding.Latin1).Contains(runId, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended meanwhile, or is another user's.
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int SendSignal(int pid, int signal);
}
