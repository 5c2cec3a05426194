namespace DurableMl.Local.BatchEmulator.Jobs;

/// <summary>States of a job.</summary>
internal static class JobState
{
    public const string Active = "active";
    public const string Disabling = "disabling";
    public const string Disabled = "disabled";
    public const string Enabling = "enabling";
    public const string Terminating = "terminating";
    public const string Completed = "completed";
    public const string Deleting = "deleting";
}
