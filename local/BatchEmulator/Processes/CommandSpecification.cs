using System.Text.Json.Nodes;

namespace DurableMl.Local.BatchEmulator.Processes;

/// <summary>A command to run on a node: of a task, a start task, a job preparation or release task, a subtask.</summary>
internal sealed record CommandSpecification
{
    public required string CommandLine { get; init; }

    /// <summary>Where stdout.txt, stderr.txt and wd/ are.</summary>
    public required string RootDirectory { get; init; }

    /// <summary>The AZ_BATCH variables and the client's own.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public JsonObject? ContainerSettings { get; init; }

    public IReadOnlyList<JsonObject> ResourceFiles { get; init; } = [];

    public IReadOnlyList<JsonObject> OutputFiles { get; init; } = [];

    /// <summary>Where resource files land; the working directory when absent.</summary>
    public string? ResourceDirectory { get; init; }

    /// <summary>Whether stdout.txt and stderr.txt of a command before it are written on; otherwise they start empty.</summary>
    public bool KeepsOutput { get; init; }

    /// <summary>The longest the command may take; null for no limit.</summary>
    public TimeSpan? MaxWallClockTime { get; init; }

    /// <summary>The directory inside <see cref="RootDirectory"/> that resource files land in and the command starts in.</summary>
    public string WorkingDirectory => Path.Combine(RootDirectory, "wd");
}
