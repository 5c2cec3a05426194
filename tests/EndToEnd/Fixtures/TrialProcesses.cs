using System.Runtime.InteropServices;
using System.Text;

namespace EndToEnd.Tests.Fixtures;

/// <summary>The Python processes of the trials that an <c>up</c> runs, known by the task's folder in their environment.</summary>
internal static partial class TrialProcesses
{
    private const int Stop = 19;
    private const int Continue = 18;

    /// <summary>Halts them, so that none can end before it is killed.</summary>
    /// <param name="stateFolder">The state folder of <c>up</c>, under which its nodes work.</param>
    /// <returns>How many were halted.</returns>
    public static int Halt(string stateFolder) => Signal(stateFolder, Stop);

    /// <summary>Lets halted ones go on.</summary>
    /// <param name="stateFolder">As for <see cref="Halt"/>.</param>
    /// <returns>How many were told to.</returns>
    public static int GoOn(string stateFolder) => Signal(stateFolder, Continue);

    private static int Signal(string stateFolder, int signal)
    {
        int signalled = 0;
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out int pid) && IsTrial(folder, stateFolder) && SendSignal(pid, signal) == 0)
            {
                signalled++;
            }
        }

        return signalled;
    }

    private static bool IsTrial(string folder, string stateFolder)
    {
        try
        {
            // Not the shell that supervises it: that one must see its parent die.
            return File.ReadAllText(Path.Combine(folder, "comm")).StartsWith("python", StringComparison.Ordinal)
                && File.ReadAllText(Path.Combine(folder, "environ"), Encoding.Latin1).Contains($"AZ_BATCH_TASK_DIR={stateFolder}/", StringComparison.Ordinal);
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
