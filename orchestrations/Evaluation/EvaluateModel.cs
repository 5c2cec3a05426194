using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Inference.Batching;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;
using DurableMl.Registry;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Evaluation;

/// <summary>What <see cref="EvaluateModel"/> works on.</summary>
/// <param name="RunId">The run.</param>
/// <param name="TrialId">The trial whose model it is.</param>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="DatasetVersion">The dataset's version.</param>
public sealed record EvaluateModelInput(string RunId, string TrialId, string Dataset, string DatasetVersion)
{
    /// <summary>The model whose champion is tested on the same examples; null for none.</summary>
    public string? Champion { get; init; }
}

/// <summary>How a model did on the test split.</summary>
/// <param name="Metrics">
/// By name: <c>accuracy</c>, <c>balanced_accuracy</c>, <c>f1</c>, <c>log_loss</c> and <c>auc</c> of a classification, <c>rmse</c>, <c>mae</c> and
/// <c>r2</c> of a regression, <c>accuracy</c>, <c>f1_micro</c>, <c>f1_macro</c>, <c>hamming_loss</c> and <c>log_loss</c> of several labels.
/// </param>
/// <param name="Examples">The number of examples.</param>
/// <param name="ClassAccuracy">The accuracy per class, null for a class without examples; empty for a regression.</param>
/// <param name="Inputs">The model's inputs.</param>
/// <param name="Outputs">The model's outputs.</param>
/// <param name="Files">The very files that were evaluated, and no others are published.</param>
/// <param name="LeftOut">Files that the trial left and that are not published, since no model may have a file of that name.</param>
/// <param name="Batching">Whether rows of different callers may share a run of the model, as its test examples showed.</param>
/// <param name="Statistics">Figures of the test examples, which those of requests can be compared with.</param>
public sealed record EvaluationResult(
    IReadOnlyDictionary<string, double> Metrics,
    long Examples,
    IReadOnlyList<double?> ClassAccuracy,
    IReadOnlyList<TensorSpec> Inputs,
    IReadOnlyList<TensorSpec> Outputs,
    IReadOnlyList<ModelFile> Files,
    IReadOnlyList<string> LeftOut,
    BatchingEvidence? Batching = null,
    FeatureStatistics? Statistics = null)
{
    /// <summary>The dataset's transform, behind which the model was trained and is served; null for a dataset of tensors.</summary>
    public DatasetFile? Transform { get; init; }

    /// <summary>How it did on the rows with each value of the columns of <c>dataset.slices</c>, by column and value; null without any.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, SliceResult>>? Slices { get; init; }

    /// <summary>How the champion did on the same examples; null where nothing asks for it, or there is none.</summary>
    public ChampionResult? Champion { get; init; }

    /// <summary>The share of examples classified rightly, 0 to 1; null for a regression.</summary>
    public double? Accuracy => Metrics.TryGetValue("accuracy", out double accuracy) ? accuracy : null;
}

/// <summary>Activity: runs a trial's model over the test split with ONNX Runtime, the engine that will serve it.</summary>
/// <param name="blobs">The data account.</param>
/// <param name="registry">The model registry.</param>
public sealed class EvaluateModel(BlobServiceClient blobs, ModelRegistry registry)
{
    // No file of a model's own may begin with a dot.
    private const string ChampionFolder = ".champion";

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

            using EvaluatedModel model = EvaluatedModel.Load(Path.Combine(local.FullName, TrialFiles.Model), manifest, "The best trial");
            using Champion? champion = input.Champion is { } other
                ? await Champion.LoadAsync(blobs, registry, other, manifest, local.CreateSubdirectory(ChampionFolder), cancellationToken)
                : null;
            IReadOnlyList<string> sliced = manifest.Slices ?? [];
            var statistics = new FeatureTally();
            BatchingEvidence? batching = null;
            foreach (DatasetShard shard in manifest.Splits[DatasetSplits.Test].Shards)
            {
                Memory<byte> features = await ReadAsync<float>(datasets, folder, shard.Features, cancellationToken);
                Memory<byte> labels = model.HasClasses
                    ? await ReadAsync<long>(datasets, folder, shard.Labels, cancellationToken)
                    : await ReadAsync<float>(datasets, folder, shard.Labels, cancellationToken);
                if (batching is null)
                {
                    batching = RowCheck.Check(model.Session, [model.Rows(features)]);
                    await SampleRequest.WriteAsync(
                        blobs, input.RunId, model.Session.Inputs[0].Name, manifest.FeatureShape, MemoryMarshal.Cast<byte, float>(features.Span), cancellationToken);
                }

                byte[] rows = shard.Rows is { } kept && (sliced.Count > 0 || champion is { NeedsRows: true })
                    ? await ReadAsync(datasets, folder, kept.File, kept.Sha256, cancellationToken)
                    : [];
                IReadOnlyList<SliceValues> slices = sliced.Count > 0 ? await TestRows.SlicesAsync(rows, sliced, cancellationToken) : [];
                statistics.Add(MemoryMarshal.Cast<byte, float>(features.Span), manifest.FeatureShape.Aggregate(1, (product, size) => product * size));
                model.Test(features, labels, shard.Examples, slices);
                if (champion is not null)
                {
                    await champion.TestAsync(features, labels, shard.Examples, rows, slices, cancellationToken);
                }
            }

            ModelFigures figures = model.Figures;
            var result = new EvaluationResult(
                figures.Metrics, figures.Examples, figures.ClassAccuracy, model.Session.Inputs, model.Session.Outputs, files, leftOut, batching, statistics.Result())
            {
                Transform = manifest.Transform,
                Slices = figures.Slices,
                Champion = champion?.Result,
            };
            await blobs.GetBlobContainerClient(DataContainers.Runs).GetBlobClient(RunBlobs.Evaluation(input.RunId)).WriteJsonAsync(result, cancellationToken);
            return result;
        }
        finally
        {
            local.Delete(recursive: true);
        }
    }

    private static async Task<Memory<byte>> ReadAsync<T>(BlobContainerClient container, string folder, ShardFile file, CancellationToken cancellationToken)
        where T : unmanaged => NpyReader.Read<T>(await ReadAsync(container, folder, file.File, file.Sha256, cancellationToken), file.File).Elements;

    private static async Task<byte[]> ReadAsync(BlobContainerClient container, string folder, string file, string sha256, CancellationToken cancellationToken)
    {
        BlobDownloadResult download = await container.GetBlobClient(folder + file).DownloadContentAsync(cancellationToken);
        byte[] content = download.Content.ToArray();
        string hash = Convert.ToHexStringLower(SHA256.HashData(content));
        return hash == sha256 ? content : throw new InvalidDataException($"{folder}{file} has SHA-256 {hash}; the manifest says {sha256}.");
    }
}
