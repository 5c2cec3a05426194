using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace DurableMl.Local.BatchEmulator.Processes;

/// <summary>
/// Finds processes by the marker in their environment: for the case that the emulator and a task's supervisor were both killed.
/// Only where /proc tells (Linux); elsewhere the supervisor alone has to do.
/// </summary>
internal static class LeftoverProcesses
{
    /// <summary>The variable every task process inherits.</summary>
    public const string MarkerVariable = "DURABLEML_BATCH_RUN";

    /// <summary>Kills every process whose marker starts with the prefix, until none is found; returns how many.</summary>
    public static int Kill(string markerPrefix)
    {
        var killed = 0;
        for (var round = 0; round < 5; round++)
        {
            var found = Find(markerPrefix);
            if (found.Count == 0)
            {
                break;
            }

            foreach (var pid in found)
            {
                try
                {
                    using var process = Process.GetProcessById(pid);
                    process.Kill();
                    killed++;
                }
                catch (Exception e) when (e is ArgumentException or InvalidOperationException)
                {
                    // It ended meanwhile.
                }
            }
        }

        return killed;
    }

    /// <summary>The ids of processes whose marker starts with the prefix.</summary>
    public static IReadOnlyList<int> Find(string markerPrefix)
    {
        var wanted = Encoding.UTF8.GetBytes($"{MarkerVariable}={markerPrefix}");
        var result = new List<int>();
        if (!Directory.Exists("/proc/self"))
        {
            return result;
        }

        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory.AsSpan()), CultureInfo.InvariantCulture, out var pid))
            {
                continue;
            }

            try
            {
                if (File.ReadAllBytes(Path.Combine(directory, "environ")).AsSpan().IndexOf(wanted) >= 0)
                {
                    result.Add(pid);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Ended, or not ours to look at.
            }
        }

        return result;
    }
}
