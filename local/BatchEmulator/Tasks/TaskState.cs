namespace DurableMl.Local.BatchEmulator.Tasks;

/// <summary>States of a task.</summary>
internal static class TaskState
{
    public const string Active = "active";
    public const string Preparing = "preparing";
    public const string Running = "running";
    public const string Completed = "completed";
}
