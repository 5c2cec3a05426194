using System.Text.Json;
using Azure.Storage.Blobs;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Evaluation;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;
using DurableMl.Registry;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Publishing;

/// <summary>A version in the model registry.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">The version.</param>
/// <param name="Aliases">The aliases that name it.</param>
public sealed record PublishedModel(string Model, string Version, IReadOnlyList<string> Aliases);

/// <summary>What <see cref="PublishModel"/> works on.</summary>
/// <param name="RunId">The run.</param>
/// <param name="TrialId">The trial whose model it is.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Alias">The alias to set, or null.</param>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="DatasetVersion">The dataset's version.</param>
/// <param name="CodeSha256">The version of the code that trained it.</param>
/// <param name="Metric">The objective's metric; empty for a job that had none.</param>
/// <param name="Objective">Its value.</param>
/// <param name="Evaluation">How it did on the test split.</param>
/// <param name="Serving">How the version is served; null for the defaults.</param>
public sealed record PublishModelInput(
    string RunId,
    string TrialId,
    string Model,
    string? Alias,
    string Dataset,
    string DatasetVersion,
    string CodeSha256,
    string Metric,
    double Objective,
    EvaluationResult Evaluation,
    ServingOptions? Serving = null);

/// <summary>Activity: publishes a trial's model as a new version with its lineage, and lets the alias name it. Done twice, it publishes one version.</summary>
/// <param name="blobs">The data account.</param>
/// <param name="registry">The model registry.</param>
public sealed class PublishModel(BlobServiceClient blobs, ModelRegistry registry)
{
    private const string Sample = "sample.json";
    private const string OtherSample = "sample-request.json";
    private const string OtherTransform = "input-transform.json";

    /// <summary>Publishes the model, all files that were evaluated and no others.</summary>
    /// <param name="input">The model and where it came from.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="PermanentFailureException">A file is not the one that was evaluated.</exception>
    [Function(nameof(PublishModel))]
    public async Task<PublishedModel> RunAsync([ActivityTrigger] PublishModelInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        BlobContainerClient runs = blobs.GetBlobContainerClient(DataContainers.Runs);
        // As the trial had them, not as they would be drawn again: the code that draws them may be another by now.
        Dictionary<string, JsonElement>? parameters =
            await runs.GetBlobClient(RunBlobs.Parameters(input.RunId, input.TrialId)).ReadJsonAsync<Dictionary<string, JsonElement>>(cancellationToken);
        var lineage = new ModelLineage(input.RunId, input.TrialId, input.Dataset, input.DatasetVersion, parameters, input.CodeSha256);
        IReadOnlyList<ModelFile> evaluated = input.Evaluation.Files;
        var trial = new TrialFiles(blobs, input.RunId, input.TrialId);
        string sample = evaluated.Any(file => string.Equals(file.Name, Sample, StringComparison.OrdinalIgnoreCase)) ? OtherSample : Sample;
        List<ModelSource> files = [.. evaluated.Select(trial.Source), ModelSource.FromBlob(runs.GetBlobClient(RunBlobs.Sample(input.RunId)), sample)];
        string? transform = null;
        if (input.Evaluation.Transform is { } fitted)
        {
            transform = evaluated.Any(file => string.Equals(file.Name, fitted.File, StringComparison.OrdinalIgnoreCase)) ? OtherTransform : fitted.File;
            files.Add(ModelSource.FromBlob(
                blobs.GetBlobContainerClient(DataContainers.Datasets).GetBlobClient($"{input.Dataset}/{input.DatasetVersion}/{fitted.File}"), transform));
        }

        ModelManifest version = await registry.PublishAsync(
            new ModelPublication(input.Model, lineage, files)
            {
                Metrics = Metrics(input),
                Inputs = input.Evaluation.Inputs,
                Outputs = input.Evaluation.Outputs,
                Sample = sample,
                Transform = transform,
                Batching = input.Evaluation.Batching,
                Statistics = input.Evaluation.Statistics,
                Serving = input.Serving,
            },
            cancellationToken);
        if (input.Evaluation.Transform is { } wanted && version.Files.FirstOrDefault(file => file.Name == version.Transform)?.Sha256 != wanted.Sha256)
        {
            throw new PermanentFailureException($"Version {version.Version} of {version.Model} has another {wanted.File} than the dataset that its model was tested on.");
        }

        if (evaluated.FirstOrDefault(file => !version.Files.Contains(file)) is { } other)
        {
            throw new PermanentFailureException($"Version {version.Version} of {version.Model} was published from this trial before, with another {other.Name} than was evaluated now.");
        }

        if (input.Alias is null)
        {
            return new PublishedModel(version.Model, version.Version, []);
        }

        await registry.SetAliasAsync(input.Model, input.Alias, version.Version, cancellationToken: cancellationToken);
        return new PublishedModel(version.Model, version.Version, [input.Alias]);
    }

    private static Dictionary<string, double> Metrics(PublishModelInput input)
    {
        var metrics = new Dictionary<string, double>(input.Evaluation.Metrics.Select(metric => KeyValuePair.Create("test_" + metric.Key, metric.Value)), StringComparer.Ordinal);
        if (input.Metric.Length > 0)
        {
            metrics[input.Metric] = input.Objective;
        }

        return metrics;
    }
}
