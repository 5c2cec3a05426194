using System.Globalization;

namespace BatchEmulator.Tests;

/// <summary>A program for tasks that sleeps for ever, and which of its processes are alive: each says its number in a folder of the test's own.</summary>
internal sealed class SleepingProcesses
{
    private readonly string folder;

    public SleepingProcesses(string under)
    {
        folder = Directory.CreateDirectory(Path.Combine(under, "sleeping")).FullName;
        Command = Path.Combine(under, "sleep.sh");
        File.WriteAllText(Command, $"#!/bin/sh\necho > {folder}/$$\nexec sleep 600\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Command, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    /// <summary>The program's path.</summary>
    public string Command { get; }

    /// <summary>Those that were started and have not ended.</summary>
    public IReadOnlyList<int> Alive => [.. Directory.EnumerateFiles(folder).Select(file => int.Parse(Path.GetFileName(file), CultureInfo.InvariantCulture)).Where(IsAlive)];

    private static bool IsAlive(int pid)
    {
        try
        {
            // An ended process whose parent has not looked yet has no command line; another with its number has another one.
            return File.ReadAllText($"/proc/{pid}/cmdline").StartsWith("sleep", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
