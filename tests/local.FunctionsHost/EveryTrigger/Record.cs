using System.Collections.Concurrent;

namespace EveryTrigger;

/// <summary>What functions leave behind for a test to see: a file each, in the folder that the test names.</summary>
public static class Record
{
    private static readonly string Folder = Environment.GetEnvironmentVariable("RECORD_FOLDER") ?? Path.GetTempPath();

    // Two that append at a time both find the same end of the file, and the later one writes over the earlier one's line.
    private static readonly SemaphoreSlim Writing = new(1);

    public static async Task WriteAsync(string name, string text)
    {
        await Writing.WaitAsync();
        try
        {
            await File.AppendAllTextAsync(Path.Combine(Folder, name), text + "\n");
        }
        finally
        {
            Writing.Release();
        }
    }

    public static bool Has(string name) => File.Exists(Path.Combine(Folder, name));
}

/// <summary>Lets a request go on when another one says so.</summary>
public static class Signals
{
    private static readonly ConcurrentDictionary<string, TaskCompletionSource> All = new();

    public static void Set(string name) => Of(name).TrySetResult();

    public static Task WaitAsync(string name, CancellationToken cancellationToken) => Of(name).Task.WaitAsync(cancellationToken);

    private static TaskCompletionSource Of(string name) => All.GetOrAdd(name, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
