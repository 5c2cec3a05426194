using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Inference.Registry;

namespace DurableMl.Inference.Experiments;

/// <summary>
/// The counts of all processes, in 16 blobs a model: <c>{model}/experiments/{0…f}.json</c>. A process adds what it has counted since its
/// last addition to one of them, so nothing grows with the number of processes that ever were.
/// </summary>
/// <remarks>
/// An addition counts once although its answer can get lost. Sum and the writer's revision change in one conditional write: the blob's
/// ETag keeps two processes from overwriting each other, and the revision tells a process that repeats an addition whether the first try
/// arrived. A crash leaves the blob as it was before or after the write, and takes only what the process had not added yet.
/// Writers leave the blob a while after their last addition (<see cref="WriterMemory"/>); a repetition must come before that.
/// </remarks>
internal sealed class ExperimentStore(ModelRegistry registry, TimeProvider time)
{
    /// <summary>How long an addition may be repeated. Well below <see cref="WriterMemory"/>, since clocks differ.</summary>
    public static readonly TimeSpan RepetitionLimit = TimeSpan.FromHours(1);

    private const int Attempts = 8;
    private static readonly TimeSpan WriterMemory = TimeSpan.FromHours(2);

    /// <summary>Adds what <paramref name="process"/> has counted since its addition before.</summary>
    /// <param name="model">The model.</param>
    /// <param name="process">The process: hexadecimal digits, whose first chooses the blob.</param>
    /// <param name="revision">The addition's number: one more than that of the one before, the same when it is repeated.</param>
    /// <param name="counts">The counts; the same when it is repeated.</param>
    /// <param name="cancellationToken">Stops waiting; whether the addition arrived is then unknown.</param>
    /// <returns>False: others were faster each time, and nothing was added.</returns>
    public async Task<bool> TryAddAsync(string model, string process, long revision, ExperimentCounts counts, CancellationToken cancellationToken)
    {
        BlobClient blob = registry.Container.GetBlobClient($"{Prefix(model)}{process[0]}.json");
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            (ExperimentShard? shard, ETag etag) = await ModelRegistry.ReadAsync<ExperimentShard>(blob, cancellationToken);
            shard ??= new();
            if (shard.Writers.TryGetValue(process, out ExperimentShard.Writer? latest) && latest.Revision >= revision)
            {
                return true;
            }

            DateTimeOffset now = time.GetUtcNow();
            foreach ((string writer, _) in shard.Writers.Where(writer => now - writer.Value.At > WriterMemory).ToList())
            {
                shard.Writers.Remove(writer);
            }

            shard.Counts.Add(counts);
            shard.Writers[process] = new(revision, now);
            if (await ModelRegistry.TryReplaceAsync(blob, shard, etag, cancellationToken) is not null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The sum over all processes.</summary>
    public async Task<ExperimentCounts> ReadAsync(string model, CancellationToken cancellationToken)
    {
        var sum = new ExperimentCounts();
        foreach (ExperimentShard? shard in await Task.WhenAll((await ListAsync(model, cancellationToken)).Select(name => ReadShardAsync(name, cancellationToken))))
        {
            sum.Add(shard?.Counts ?? new());
        }

        return sum;
    }

    private async Task<ExperimentShard?> ReadShardAsync(string name, CancellationToken cancellationToken) =>
        (await ModelRegistry.ReadAsync<ExperimentShard>(registry.Container.GetBlobClient(name), cancellationToken)).Value;

    private async Task<List<string>> ListAsync(string model, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        string prefix = Prefix(model);
        try
        {
            await foreach (BlobItem blob in registry.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken))
            {
                if (blob.Name.Length == prefix.Length + "0.json".Length)
                {
                    names.Add(blob.Name);
                }
            }
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            // No model was ever published: there is no container yet.
        }

        return names;
    }

    private static string Prefix(string model) => ModelBlobs.Prefix(model) + "experiments/";
}
