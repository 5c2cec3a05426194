using Microsoft.DurableTask.Sqlite;

namespace Microsoft.DurableTask.Engine;

/// <summary>The hubs of this process: one for each file, shared by all workers and clients, open as long as one of them uses it.</summary>
static class TaskHubs
{
    static readonly SemaphoreSlim Gate = new(1, 1);
    static readonly Dictionary<string, Entry> Hubs = [];

    public static async Task<TaskHubLease> AcquireAsync(SqliteTaskHubOptions options, CancellationToken cancellation)
    {
        string path = Path.GetFullPath(options.Path);
        await Gate.WaitAsync(cancellation);
        try
        {
            if (!Hubs.TryGetValue(path, out Entry? entry))
            {
                entry = new Entry(new TaskHub(Resolved(options, path)));
                Hubs.Add(path, entry);
            }

            entry.Users++;
            return new TaskHubLease(entry.Hub, () => ReleaseAsync(path, entry));
        }
        finally
        {
            Gate.Release();
        }
    }

    static async Task ReleaseAsync(string path, Entry entry)
    {
        await Gate.WaitAsync();
        try
        {
            if (--entry.Users == 0)
            {
                Hubs.Remove(path);
                await entry.Hub.DisposeAsync();
            }
        }
        finally
        {
            Gate.Release();
        }
    }

    static SqliteTaskHubOptions Resolved(SqliteTaskHubOptions options, string path) => new()
    {
        Path = path,
        SurvivePowerLoss = options.SurvivePowerLoss,
        MaxResidentInstances = options.MaxResidentInstances,
        RetainFor = options.RetainFor,
        RetainCount = options.RetainCount,
        RetentionInterval = options.RetentionInterval,
        TimeProvider = options.TimeProvider,
    };

    sealed class Entry(TaskHub hub)
    {
        public TaskHub Hub { get; } = hub;

        public int Users { get; set; }
    }
}
