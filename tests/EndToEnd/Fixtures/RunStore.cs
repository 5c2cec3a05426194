using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.BatchJobs.Submission;
using DurableMl.Cli.Pipelines;

namespace EndToEnd.Tests.Fixtures;

/// <summary>What runs leave in blobs: how often trials were started, which blobs were written again.</summary>
internal static class RunStore
{
    /// <summary>Every blob below a prefix, with the ETag that changes when it is written.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> ETagsAsync(BlobServiceClient blobs, string container, string prefix)
    {
        var etags = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var blob in blobs.GetBlobContainerClient(container).GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, default))
        {
            etags[blob.Name] = blob.Properties.ETag.ToString()!;
        }

        return etags;
    }

    /// <summary>How many times a trial's process was started.</summary>
    public static async Task<int> StartsAsync(BlobServiceClient blobs, string runId, string trial) =>
        (await ETagsAsync(blobs, TrialContainer.Name($"{runId}/trials/{trial}"), $"{runId}/trials/{trial}/starts/")).Count;

    /// <summary>What a trial's processes wrote to stdout and stderr, over all starts.</summary>
    public static async Task<string> LogsAsync(BlobServiceClient blobs, string runId, string trial)
    {
        var container = TrialContainer.Of(blobs, $"{runId}/trials/{trial}");
        var texts = new List<string>();
        foreach (var name in (await ETagsAsync(blobs, container.Name, $"{runId}/trials/{trial}/logs/")).Keys)
        {
            texts.Add((await container.GetBlobClient(name).DownloadContentAsync()).Value.Content.ToString());
        }

        return string.Join('\n', texts);
    }

    /// <summary>Follows a run to its end.</summary>
    public static Task<RunDocument> EndAsync(this Up up, string runId) => up.FollowAsync(runId, run => run.HasEnded, TimeSpan.FromMilliseconds(250));

    /// <summary>Follows a run until something is the case or it has ended.</summary>
    public static Task<RunDocument> UntilAsync(this Up up, string runId, Func<RunDocument, bool> condition) => up.FollowAsync(runId, condition, TimeSpan.FromMilliseconds(50));

    // A look is work for three processes: it is taken often only where a moment could be missed.
    private static async Task<RunDocument> FollowAsync(this Up up, string runId, Func<RunDocument, bool> condition, TimeSpan interval)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        var follower = new RunFollower(up.Pipelines, TimeProvider.System) { Interval = interval };
        RunDocument? last = null;
        try
        {
            await foreach (var run in follower.FollowAsync(runId, limit.Token))
            {
                last = run;
                if (condition(run))
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{runId} did not get there within {Patience.Limit}. Its state: {last?.CustomStatus}\n{up.Output}");
        }

        return last!;
    }
}
