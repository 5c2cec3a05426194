using System.Runtime.InteropServices;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Features.Images;
using DurableMl.Features.Tables;
using DurableMl.Features.Transforms;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Registry;

namespace DurableMl.Orchestrations.Evaluation;

/// <summary>How the model's champion did on the same test split.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Metrics">By name; empty where it could not be tested.</param>
/// <param name="Slices">By column and value.</param>
public sealed record ChampionResult(
    string Version, IReadOnlyDictionary<string, double> Metrics, IReadOnlyDictionary<string, IReadOnlyDictionary<string, SliceResult>>? Slices)
{
    /// <summary>Why it could not be tested; null where it was.</summary>
    public string? Problem { get; init; }
}

/// <summary>
/// The published champion on the test split of a dataset that it was not trained on: behind the transform that it was trained behind, since its
/// network takes other numbers of the same rows.
/// </summary>
internal sealed class Champion : IDisposable
{
    private readonly string version;
    private readonly DatasetManifest dataset;
    private EvaluatedModel? model;
    private FittedTransform? columns;
    private Normalisation? normalisation;
    private string? problem;

    private Champion(string version, DatasetManifest dataset)
    {
        this.version = version;
        this.dataset = dataset;
    }

    /// <summary>Whether it needs rows as they were read.</summary>
    public bool NeedsRows => columns is not null;

    public ChampionResult Result => problem is null && model is not null
        ? new ChampionResult(version, model.Figures.Metrics, model.Figures.Slices)
        : new ChampionResult(version, new Dictionary<string, double>(StringComparer.Ordinal), null) { Problem = problem };

    /// <summary>Loads the champion of a model; null where it has none yet.</summary>
    /// <param name="blobs">The data account.</param>
    /// <param name="registry">The model registry.</param>
    /// <param name="name">The model.</param>
    /// <param name="dataset">The dataset to test it on.</param>
    /// <param name="folder">Where its files may lie meanwhile.</param>
    /// <param name="cancellationToken">The host stops.</param>
    public static async Task<Champion?> LoadAsync(
        BlobServiceClient blobs, ModelRegistry registry, string name, DatasetManifest dataset, DirectoryInfo folder, CancellationToken cancellationToken)
    {
        if ((await registry.GetAliasesAsync(name, cancellationToken)).Versions.GetValueOrDefault(ModelAliases.Champion) is not { } version)
        {
            return null;
        }

        var champion = new Champion(version, dataset);
        await champion.TryAsync(async () =>
        {
            ModelManifest published = await registry.GetAsync(name, version, cancellationToken);
            await champion.LoadAsync(blobs, registry, published, folder, cancellationToken);
        });
        return champion;
    }

    /// <summary>Lets it answer examples and compares.</summary>
    /// <param name="features">The examples as the dataset has them; changed.</param>
    /// <param name="labels">Their labels.</param>
    /// <param name="examples">How many there are.</param>
    /// <param name="rows">The rows as they were read; empty where they are not needed.</param>
    /// <param name="slices">The values of each column that is sliced by.</param>
    /// <param name="cancellationToken">The host stops.</param>
    public Task TestAsync(
        Memory<byte> features, Memory<byte> labels, int examples, byte[] rows, IReadOnlyList<SliceValues> slices, CancellationToken cancellationToken) => TryAsync(async () =>
    {
        if (model is null)
        {
            return;
        }

        Memory<byte> own = features;
        if (columns is not null)
        {
            own = MemoryMarshal.AsBytes<float>(await ApplyAsync(columns, rows, cancellationToken)).ToArray();
        }
        else if (normalisation is not null && normalisation != dataset.Normalisation)
        {
            Normalise(MemoryMarshal.Cast<byte, float>(own.Span), dataset.Normalisation!, normalisation);
        }

        model.Test(own, labels, examples, slices);
    });

    public void Dispose() => model?.Dispose();

    // What is wrong with the champion is no reason to lose what was found of the model that is to replace it.
    private async Task TryAsync(Func<Task> step)
    {
        if (problem is not null)
        {
            return;
        }

        try
        {
            await step();
        }
        catch (Exception e) when (e is PermanentFailureException or TableFormatException or InvalidDataException or ModelNotFoundException or InvalidModelException)
        {
            problem = e.Message;
        }
    }

    private async Task LoadAsync(
        BlobServiceClient blobs, ModelRegistry registry, ModelManifest published, DirectoryInfo folder, CancellationToken cancellationToken)
    {
        foreach (ModelFile file in published.Files)
        {
            string path = Path.Combine(folder.FullName, file.Name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await registry.DownloadAsync(published, file, path, cancellationToken);
        }

        byte[]? transform = published.Transform is { } named ? await File.ReadAllBytesAsync(Path.Combine(folder.FullName, named), cancellationToken) : null;
        IReadOnlyList<int> shape = dataset.FeatureShape;
        IReadOnlyList<string>? labels = null;
        if (dataset.Task is not null)
        {
            columns = transform is not null ? FittedTransform.Parse(transform) : throw new PermanentFailureException("it has no transform of a table's columns");
            CheckTask(columns);
            (shape, labels) = ([columns.Width], columns.Targets[0].Labels);
        }
        else if (transform is not null)
        {
            ImageTransform images = ImageTransform.Parse(transform) ?? throw new PermanentFailureException("it has no transform of images");
            (normalisation, labels) = (images.Normalisation, images.Labels);
            CheckShape([images.Form.Channels, images.Form.Height, images.Form.Width]);
        }
        else
        {
            string from = $"{published.Lineage?.Dataset}/{published.Lineage?.DatasetVersion}/{DatasetManifest.File}";
            DatasetManifest trained = await blobs.GetBlobContainerClient(DataContainers.Datasets).GetBlobClient(from).ReadJsonAsync<DatasetManifest>(cancellationToken)
                ?? throw new PermanentFailureException($"the dataset that it was trained on, {from}, is not there any more");
            normalisation = trained.Normalisation;
            CheckShape(trained.FeatureShape);
        }

        model = EvaluatedModel.Load(Path.Combine(folder.FullName, published.Entry), dataset, $"Version {published.Version}", shape, Classes(labels));
    }

    private void CheckTask(FittedTransform transform)
    {
        bool isSame = transform.Task == dataset.Task
            && (transform.Task != LearningTask.Regression || transform.Targets.Select(target => target.Name).SequenceEqual(dataset.Targets!.Select(target => target.Name)));
        if (!isSame)
        {
            throw new PermanentFailureException("it predicts something else: it was trained for another task, or other targets");
        }
    }

    private void CheckShape(IReadOnlyList<int> shape)
    {
        if (!shape.SequenceEqual(dataset.FeatureShape))
        {
            throw new PermanentFailureException($"it takes examples of shape [{string.Join(", ", shape)}], and the dataset has [{string.Join(", ", dataset.FeatureShape)}]");
        }
    }

    private int[]? Classes(IReadOnlyList<string>? labels)
    {
        IReadOnlyList<string>? wanted = dataset.Targets?[0].Labels;
        return labels is null || wanted is null || labels.SequenceEqual(wanted) ? null : [.. labels.Select(label => wanted.ToList().IndexOf(label))];
    }

    private static async Task<float[]> ApplyAsync(FittedTransform transform, byte[] rows, CancellationToken cancellationToken)
    {
        HashSet<string> there = ColumnsOf(rows);
        string[] absent = [.. transform.Features.Select(feature => feature.Name).Where(name => !there.Contains(name))];
        if (absent.Length > 0)
        {
            throw new PermanentFailureException($"it takes the columns {string.Join(", ", absent.Select(name => $"'{name}'"))}, which the dataset does not read");
        }

        var numbers = new List<float>();
        await foreach (TableBatch batch in TestRows.ReadAsync(rows, transform.Schema, cancellationToken))
        {
            numbers.AddRange(transform.Apply(batch, "the test split"));
        }

        return [.. numbers];
    }

    private static HashSet<string> ColumnsOf(byte[] rows)
    {
        int end = Array.IndexOf(rows, (byte)'\n');
        using JsonDocument first = JsonDocument.Parse(rows.AsMemory(0, Math.Max(end, 0)));
        return [.. first.RootElement.EnumerateObject().Select(member => member.Name)];
    }

    private static void Normalise(Span<float> numbers, Normalisation from, Normalisation to)
    {
        foreach (ref float number in numbers)
        {
            number = to.Of(((number * from.StandardDeviation) + from.Mean) * from.Scale);
        }
    }
}
