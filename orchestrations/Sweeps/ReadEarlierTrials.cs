using Azure.Storage.Blobs;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>What <see cref="ReadEarlierTrials"/> works on.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Page">The page, from 0.</param>
public sealed record EarlierTrialsPage(string RunId, int Page)
{
    /// <summary>Trials on a page: few enough for a message, so many that a sweep of 5,000 asks fifty times.</summary>
    public const int Trials = 100;

    /// <summary>The page of a trial.</summary>
    /// <param name="trial">Its number, from 0.</param>
    public static int Of(int trial) => trial / Trials;
}

/// <summary>
/// Activity: reads what a resumed run has left of some of its trials. <see cref="PrepareSweep"/> has looked for it once and kept it in pages, since what
/// thousands of trials have left is too much for a message.
/// </summary>
/// <param name="blobs">The data account.</param>
public sealed class ReadEarlierTrials(BlobServiceClient blobs)
{
    /// <summary>Returns the trials of a page that were begun, by their ids.</summary>
    /// <param name="input">The page.</param>
    /// <param name="cancellationToken">The host stops.</param>
    [Function(nameof(ReadEarlierTrials))]
    public async Task<IReadOnlyDictionary<string, EarlierTrial>> RunAsync([ActivityTrigger] EarlierTrialsPage input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        return await Blob(blobs, input).ReadJsonAsync<IReadOnlyDictionary<string, EarlierTrial>>(cancellationToken)
            ?? throw new InvalidOperationException($"What the run '{input.RunId}' has left of its trials is gone from its blobs.");
    }

    /// <summary>Keeps what there is in pages. Returns how many trials they cover, those that were not begun among them.</summary>
    internal static async Task<int> KeepAsync(BlobServiceClient blobs, string runId, IReadOnlyDictionary<string, EarlierTrial> trials, CancellationToken cancellationToken)
    {
        int covered = trials.Count == 0 ? 0 : trials.Keys.Max(RunIds.TrialIndex) + 1;
        ILookup<int, KeyValuePair<string, EarlierTrial>> pages = trials.ToLookup(trial => EarlierTrialsPage.Of(RunIds.TrialIndex(trial.Key)));
        for (int page = 0; page * EarlierTrialsPage.Trials < covered; page++)
        {
            await Blob(blobs, new EarlierTrialsPage(runId, page)).WriteJsonAsync(pages[page].ToDictionary(StringComparer.Ordinal), cancellationToken);
        }

        return covered;
    }

    private static BlobClient Blob(BlobServiceClient blobs, EarlierTrialsPage page) =>
        blobs.GetBlobContainerClient(DataContainers.Runs).GetBlobClient(RunBlobs.EarlierTrials(page.RunId, page.Page));
}
