using System.Runtime.InteropServices;

namespace DurableMl.Cli.Processes;

/// <summary>Sends signals; .NET itself can only kill.</summary>
internal static partial class ProcessSignal
{
    private const int Terminate = 15;
    private const int Kill = 9;

    /// <summary>Asks a process to end (SIGTERM). Does nothing if it is gone.</summary>
    public static void SendTerminate(ProcessIdentity process) => Send(process, Terminate);

    /// <summary>Ends a process at once (SIGKILL). Does nothing if it is gone.</summary>
    public static void SendKill(ProcessIdentity process) => Send(process, Kill);

    private static void Send(ProcessIdentity process, int signal)
    {
        if (process.IsAlive)
        {
            _ = SendSignal(process.Pid, signal);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int SendSignal(int pid, int signal);
}
