namespace DurableMl.Cli.Progress;

/// <summary>The phases of a run, in order.</summary>
internal static class PhaseNames
{
    /// <summary>Those that every run goes through; <c>approve</c> comes only where the pipeline asks for it.</summary>
    public static readonly IReadOnlyList<string> All = ["ingest", "preprocess", "train", "evaluate", "approve", "publish"];

    /// <summary>After the last one.</summary>
    public const string Done = "done";
}
