namespace DurableMl.Local.BatchEmulator.JobSchedules;

/// <summary>States of a job schedule.</summary>
internal static class JobScheduleState
{
    public const string Active = "active";
    public const string Completed = "completed";
    public const string Disabled = "disabled";
    public const string Terminating = "terminating";
    public const string Deleting = "deleting";
}
