using System.Text;

namespace BatchEmulator.Tests;

/// <summary>Processes that emulated tasks started, as the operating system tells.</summary>
internal static class MarkedProcesses
{
    public static IReadOnlyList<int> Of(string commandStart)
    {
        var result = new List<int>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            try
            {
                if (int.TryParse(Path.GetFileName(directory), out var pid)
                    && File.ReadAllText(Path.Combine(directory, "cmdline")).Replace('\0', ' ').StartsWith(commandStart, StringComparison.Ordinal)
                    && Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(directory, "environ"))).Contains("DURABLEML_BATCH_RUN=", StringComparison.Ordinal))
                {
                    result.Add(pid);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile.
            }
        }

        return result;
    }
}
