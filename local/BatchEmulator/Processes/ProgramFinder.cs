namespace DurableMl.Local.BatchEmulator.Processes;

/// <summary>Finds a command's program before it is started, so that "not found" is not mistaken for the program's own exit code.</summary>
internal static class ProgramFinder
{
    /// <summary>The program's path: a path as it is (relative to the working directory), a bare name from PATH.</summary>
    public static string? Find(string program, string workingDirectory, IReadOnlyDictionary<string, string> environment)
    {
        if (program.Contains('/', StringComparison.Ordinal))
        {
            var path = Path.GetFullPath(Path.Combine(workingDirectory, program));
            return Executable(path) ? path : null;
        }

        return environment.GetValueOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, program))
            .FirstOrDefault(Executable);
    }

    private static bool Executable(string path) =>
        File.Exists(path)
        && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != UnixFileMode.None);
}
