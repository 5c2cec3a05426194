namespace DurableMl.Cli.Processes;

/// <summary>How to start a child process.</summary>
internal sealed record ChildProcessOptions
{
    /// <summary>What the person at the terminal calls it.</summary>
    public required string Name { get; init; }

    /// <summary>The executable: a path, or a name on PATH.</summary>
    public required string FileName { get; init; }

    /// <summary>Its arguments, passed on without a shell.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Variables set on top of this process's own environment; null removes one.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>The folder it starts in.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Where its output goes.</summary>
    public required string LogPath { get; init; }

    /// <summary>How long it may take to end after SIGTERM before it is killed.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(10);
}
