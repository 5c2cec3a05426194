using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Inference.Sessions;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Runs;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Evaluation;

/// <summary>Activity: runs a trial's model over the test split with ONNX Runtime, the engine that will serve it.</summary>
/// <param name="blobs">The data account.</param>
public sealed class EvaluateModel(BlobServiceClient blobs)
{
    private const int Batch = 256;

    /// <summary>Evaluates, and leaves the result and a sample request with the run.</summary>
    /// <param name="input">The model and the dataset.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="PermanentFailureException">The trial left no usable model, or it does not fit the dataset.</exception>
    [Function(nameof(EvaluateModel))]
    public async Task<EvaluationResult> RunAsync([ActivityTrigger] EvaluateModelInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        BlobContainerClient datasets = blobs.GetBlobContainerClient(DataContainers.Datasets);
        string folder = $"{input.Dataset}/{input.DatasetVersion}/";
        DatasetManifest manifest = await datasets.GetBlobClient(folder + DatasetManifest.File).ReadJsonAsync<DatasetManifest>(cancellationToken)
            ?? throw new PermanentFailureException($"Dataset {folder} has no manifest any more.");

        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".onnx");
        try
        {
            await DownloadModelAsync(input, path, cancellationToken);
            using Classifier classifier = Load(path);
            var tally = new ClassTally(manifest.Classes);
            foreach (DatasetShard shard in manifest.Splits[DatasetSplits.Test].Shards)
            {
                Memory<byte> features = await ReadAsync<float>(datasets, folder, shard.Features, cancellationToken);
                Memory<byte> labels = await ReadAsync<long>(datasets, folder, shard.Labels, cancellationToken);
                if (tally.Examples == 0)
                {
                    await SampleRequest.WriteAsync(
                        blobs, input.RunId, classifier.Session.Inputs[0].Name, manifest.FeatureShape, MemoryMarshal.Cast<byte, float>(features.Span), cancellationToken);
                }

                Classify(classifier, manifest.FeatureShape, features, labels, tally);
            }

            var result = new EvaluationResult(tally.Accuracy, tally.Examples, tally.ClassAccuracy, classifier.Session.Inputs, classifier.Session.Outputs);
            await blobs.GetBlobContainerClient(DataContainers.Runs).GetBlobClient(RunBlobs.Evaluation(input.RunId)).WriteJsonAsync(result, cancellationToken);
            return result;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static Classifier Load(string path)
    {
        try
        {
            return Classifier.Load(path);
        }
        catch (InvalidModelException e)
        {
            throw new PermanentFailureException($"The best trial's model.onnx cannot be used: {e.Message}", e);
        }
    }

    private static void Classify(Classifier classifier, IReadOnlyList<int> shape, Memory<byte> features, Memory<byte> labels, ClassTally tally)
    {
        Memory<float> values = MemoryMarshal.Cast<byte, float>(features.Span).ToArray();
        ReadOnlySpan<long> expected = MemoryMarshal.Cast<byte, long>(labels.Span);
        long[] featureShape = [.. shape.Select(size => (long)size)];
        int width = values.Length / expected.Length;
        var predicted = new long[Math.Min(Batch, expected.Length)];
        for (int start = 0; start < expected.Length; start += predicted.Length)
        {
            Span<long> classes = predicted.AsSpan(0, Math.Min(predicted.Length, expected.Length - start));
            classifier.Predict(values.Slice(start * width, classes.Length * width), featureShape, classes);
            tally.Add(expected.Slice(start, classes.Length), classes);
        }
    }

    private static async Task<Memory<byte>> ReadAsync<T>(BlobContainerClient container, string folder, ShardFile file, CancellationToken cancellationToken)
        where T : unmanaged
    {
        BlobDownloadResult download = await container.GetBlobClient(folder + file.File).DownloadContentAsync(cancellationToken);
        byte[] content = download.Content.ToArray();
        string hash = Convert.ToHexStringLower(SHA256.HashData(content));
        return hash == file.Sha256
            ? NpyReader.Read<T>(content, file.File).Elements
            : throw new InvalidDataException($"{folder}{file.File} has SHA-256 {hash}; the manifest says {file.Sha256}.");
    }

    private async Task DownloadModelAsync(EvaluateModelInput input, string path, CancellationToken cancellationToken)
    {
        try
        {
            string name = RunBlobs.Output(input.RunId, input.TrialId, "model.onnx");
            await blobs.GetBlobContainerClient(DataContainers.Runs).GetBlobClient(name).DownloadToAsync(path, cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw new PermanentFailureException($"The best trial, {input.TrialId}, left no model.onnx.", e);
        }
    }
}
