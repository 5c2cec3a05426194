using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Inference.Batching;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Sessions;
using DurableMl.Inference.Tensors;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Evaluation;

/// <summary>What <see cref="EvaluateModel"/> works on.</summary>
/// <param name="RunId">The run.</param>
/// <param name="TrialId">The trial whose model it is.</param>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="DatasetVersion">The dataset's version.</param>
public sealed record EvaluateModelInput(string RunId, string TrialId, string Dataset, string DatasetVersion);

/// <summary>How a model did on the test split.</summary>
/// <param name="Accuracy">The share of examples classified rightly, 0 to 1.</param>
/// <param name="Examples">The number of examples.</param>
/// <param name="ClassAccuracy">The same share per class; null for a class without examples.</param>
/// <param name="Inputs">The model's inputs.</param>
/// <param name="Outputs">The model's outputs.</param>
/// <param name="Files">The very files that were evaluated, and no others are published.</param>
/// <param name="LeftOut">Files that the trial left and that are not published, since no model may have a file of that name.</param>
/// <param name="Batching">Whether rows of different callers may share a run of the model, as its test examples showed.</param>
/// <param name="Statistics">Figures of the test examples, which those of requests can be compared with.</param>
public sealed record EvaluationResult(
    double Accuracy,
    long Examples,
    IReadOnlyList<double?> ClassAccuracy,
    IReadOnlyList<TensorSpec> Inputs,
    IReadOnlyList<TensorSpec> Outputs,
    IReadOnlyList<ModelFile> Files,
    IReadOnlyList<string> LeftOut,
    BatchingEvidence? Batching = null,
    FeatureStatistics? Statistics = null);

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

        var trial = new TrialFiles(blobs, input.RunId, input.TrialId);
        (IReadOnlyList<ModelFile> files, IReadOnlyList<string> leftOut) = await trial.ListAsync(cancellationToken);
        DirectoryInfo local = Directory.CreateTempSubdirectory("durableml-");
        try
        {
            foreach (ModelFile file in files)
            {
                string path = Path.Combine(local.FullName, file.Name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await trial.DownloadAsync(file, path, cancellationToken);
            }

            using Classifier classifier = Load(Path.Combine(local.FullName, TrialFiles.Model));
            var tally = new ClassTally(manifest.Classes);
            var statistics = new FeatureTally();
            BatchingEvidence? batching = null;
            foreach (DatasetShard shard in manifest.Splits[DatasetSplits.Test].Shards)
            {
                Memory<byte> features = await ReadAsync<float>(datasets, folder, shard.Features, cancellationToken);
                Memory<byte> labels = await ReadAsync<long>(datasets, folder, shard.Labels, cancellationToken);
                if (tally.Examples == 0)
                {
                    batching = RowCheck.Check(classifier.Session, [Rows(classifier.Session.Inputs[0].Name, manifest.FeatureShape, features)]);
                    await SampleRequest.WriteAsync(
                        blobs, input.RunId, classifier.Session.Inputs[0].Name, manifest.FeatureShape, MemoryMarshal.Cast<byte, float>(features.Span), cancellationToken);
                }

                statistics.Add(MemoryMarshal.Cast<byte, float>(features.Span), manifest.FeatureShape.Aggregate(1, (product, size) => product * size));
                Classify(classifier, manifest.FeatureShape, features, labels, tally);
            }

            var result = new EvaluationResult(tally.Accuracy, tally.Examples, tally.ClassAccuracy, classifier.Session.Inputs, classifier.Session.Outputs, files, leftOut, batching, statistics.Result());
            await blobs.GetBlobContainerClient(DataContainers.Runs).GetBlobClient(RunBlobs.Evaluation(input.RunId)).WriteJsonAsync(result, cancellationToken);
            return result;
        }
        finally
        {
            local.Delete(recursive: true);
        }
    }

    private static TensorValue Rows(string input, IReadOnlyList<int> shape, Memory<byte> features)
    {
        long[] row = [.. shape.Select(size => (long)size)];
        return new(input, TensorType.ByName["FP32"], [features.Length / sizeof(float) / row.Aggregate(1L, (product, size) => product * size), .. row], features);
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
}
