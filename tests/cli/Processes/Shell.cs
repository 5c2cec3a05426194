using DurableMl.Cli.Processes;

namespace Cli.Tests.Processes;

/// <summary>Small real processes.</summary>
internal static class Shell
{
    public static ChildProcessOptions Run(TemporaryFolder folder, string script) => new()
    {
        Name = "Shell",
        FileName = "/bin/sh",
        Arguments = ["-c", script],
        WorkingDirectory = folder.Path,
        LogPath = Path.Combine(folder.Path, "logs", "shell.log"),
        StopGrace = TimeSpan.FromSeconds(10),
    };
}
