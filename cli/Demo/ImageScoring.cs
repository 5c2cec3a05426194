using DurableMl.Cli.Inference;

namespace DurableMl.Cli.Demo;

/// <summary>Sends images to a served model, one a request, over several connections.</summary>
/// <param name="client">The server.</param>
/// <param name="time">The clock.</param>
internal sealed class ImageScoring(InferenceClient client, TimeProvider time)
{
    private static readonly TimeSpan VersionLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan VersionPoll = TimeSpan.FromMilliseconds(200);

    /// <summary>How many requests are under way at once.</summary>
    public int Connections { get; init; } = 8;

    /// <summary>Sends all images.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">The version that must answer: servers notice a new one after a moment.</param>
    /// <param name="images">Images by rows and columns.</param>
    /// <param name="labels">Their labels.</param>
    /// <param name="normalisation">What the model's dataset was normalised with.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ScoringResult> RunAsync(
        string model, string version, IdxFile images, IdxFile labels, Normalisation normalisation, CancellationToken cancellationToken)
    {
        var metadata = await client.GetMetadataAsync(model, cancellationToken);
        long[] shape = [1, 1, images.Shape[1], images.Shape[2]];
        var pixels = images.Shape[1] * images.Shape[2];
        await WaitForVersionAsync(metadata, version, shape, normalisation.Apply(images.Data.AsSpan(0, pixels)), cancellationToken);

        var count = images.Shape[0];
        var latencies = new TimeSpan[count];
        var correct = 0;
        var started = time.GetTimestamp();
        var limit = new ParallelOptions { MaxDegreeOfParallelism = Connections, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, count), limit, async (i, token) =>
        {
            var values = normalisation.Apply(images.Data.AsSpan(i * pixels, pixels));
            var sent = time.GetTimestamp();
            var result = await client.InferAsync(metadata, shape, values, token);
            latencies[i] = time.GetElapsedTime(sent);
            if (IndexOfLargest(result.Values) == labels.Data[i])
            {
                Interlocked.Increment(ref correct);
            }
        });
        var elapsed = time.GetElapsedTime(started);
        Array.Sort(latencies);
        return new ScoringResult(count, correct, elapsed, latencies, Connections);
    }

    private async Task WaitForVersionAsync(ModelMetadata metadata, string version, long[] shape, float[] values, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var answer = await client.InferAsync(metadata, shape, values, cancellationToken);
            if (answer.ModelVersion == version)
            {
                return;
            }

            if (time.GetElapsedTime(started) > VersionLimit)
            {
                throw new CliException($"Model {metadata.Name} still answers with version {answer.ModelVersion} instead of {version}.");
            }

            await Task.Delay(VersionPoll, time, cancellationToken);
        }
    }

    private static int IndexOfLargest(ReadOnlySpan<float> values)
    {
        var largest = 0;
        for (var i = 1; i < values.Length; i++)
        {
            if (values[i] > values[largest])
            {
                largest = i;
            }
        }

        return largest;
    }
}
