using System.Text.Json;
using Azure.Storage.Blobs;
using DurableMl.Inference.Registry;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Evaluation;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;
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
/// <param name="Metric">The objective's metric.</param>
/// <param name="Objective">Its value.</param>
/// <param name="Evaluation">How it did on the test split.</param>
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
    EvaluationResult Evaluation);

/// <summary>Activity: publishes a trial's model as a new version with its lineage, and lets the alias name it. Done twice, it publishes one version.</summary>
/// <param name="blobs">The data account.</param>
/// <param name="registry">The model registry.</param>
public sealed class PublishModel(BlobServiceClient blobs, ModelRegistry registry)
{
    private const string Sample = "sample.json";
    private const string OtherSample = "sample-request.json";

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
        ModelSource[] files = [.. evaluated.Select(trial.Source), ModelSource.FromBlob(runs.GetBlobClient(RunBlobs.Sample(input.RunId)), sample)];
        ModelManifest version = await registry.PublishAsync(
            new ModelPublication(input.Model, lineage, files)
            {
                Metrics = new Dictionary<string, double>(StringComparer.Ordinal) { ["test_accuracy"] = input.Evaluation.Accuracy, [input.Metric] = input.Objective },
                Inputs = input.Evaluation.Inputs,
                Outputs = input.Evaluation.Outputs,
                Sample = sample,
                Batching = input.Evaluation.Batching,
                Statistics = input.Evaluation.Statistics,
            },
            cancellationToken);
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
}
