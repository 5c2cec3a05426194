using System.Runtime.InteropServices;

namespace EndToEnd.Tests.Fixtures;

/// <summary>The Python processes of the trials below a Batch emulator.</summary>
internal static partial class TrialProcesses
{
    private const int Stop = 19;
    private const int Continue = 18;

    /// <summary>Halts them, so that none can end before it is killed.</summary>
    /// <param name="emulator">The emulator's process.</param>
    /// <returns>How many were halted.</returns>
    public static int Halt(int emulator) => Signal(emulator, Stop);

    /// <summary>Lets halted ones go on.</summary>
    /// <param name="emulator">As for <see cref="Halt"/>.</param>
    /// <returns>How many were told to.</returns>
    public static int GoOn(int emulator) => Signal(emulator, Continue);

    // Not the shells that supervise them: those must see their parent die.
    private static int Signal(int emulator, int signal) =>
        ProcessTree.Below(emulator).Count(pid => Path.GetFileName(ProcessTree.Arguments(pid).FirstOrDefault("")).StartsWith("python", StringComparison.Ordinal) && SendSignal(pid, signal) == 0);

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int SendSignal(int pid, int signal);
}
