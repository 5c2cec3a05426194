using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Serialization;

namespace DurableMl.Cli.Processes;

/// <summary>A process as it can be found again later. An id alone may have passed to another process meanwhile.</summary>
/// <param name="Pid">The process id.</param>
/// <param name="Started">When it started, in whatever form the system tells it exactly.</param>
internal sealed record ProcessIdentity(int Pid, string Started)
{
    /// <summary>The process's identity, or null if there is no such process (a zombie counts as none).</summary>
    public static ProcessIdentity? Of(int pid) => ReadStart(pid) is { } started ? new ProcessIdentity(pid, started) : null;

    /// <summary>Whether this very process still runs.</summary>
    [JsonIgnore]
    public bool IsAlive => ReadStart(Pid) == Started;

    private static string? ReadStart(int pid) => OperatingSystem.IsLinux() ? ReadStartFromProc(pid) : ReadStartTime(pid);

    private static string? ReadStartFromProc(int pid)
    {
        try
        {
            // proc(5): the name in parentheses may hold anything; after it, field 3 is the state, 22 the start in ticks since boot.
            var stat = File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            if (fields[0] is "Z" or "X")
            {
                return null;
            }

            var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
            return $"{boot}:{fields[19]}";
        }
        catch (IOException)
        {
            return null; // It is gone, possibly while its file was read.
        }
    }

    private static string? ReadStartTime(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.StartTime.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
