using Azure.Storage.Blobs;
using DurableMl.Inference.Registry;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Runs;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Publishing;

/// <summary>Activity: publishes a trial's model as a new version with its lineage, and lets the alias name it. Done twice, it publishes one version.</summary>
/// <param name="blobs">The data account.</param>
/// <param name="registry">The model registry.</param>
public sealed class PublishModel(BlobServiceClient blobs, ModelRegistry registry)
{
    /// <summary>Publishes the model.</summary>
    /// <param name="input">The model and where it came from.</param>
    /// <param name="cancellationToken">The host stops.</param>
    [Function(nameof(PublishModel))]
    public async Task<PublishedModel> RunAsync([ActivityTrigger] PublishModelInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        BlobContainerClient runs = blobs.GetBlobContainerClient(DataContainers.Runs);
        var lineage = new ModelLineage(input.RunId, input.TrialId, input.Dataset, input.DatasetVersion, input.Parameters, input.CodeSha256);
        ModelSource[] files =
        [
            ModelSource.FromBlob(runs.GetBlobClient(RunBlobs.Output(input.RunId, input.TrialId, "model.onnx"))),
            ModelSource.FromBlob(runs.GetBlobClient(RunBlobs.Sample(input.RunId))),
        ];
        ModelManifest version = await registry.PublishAsync(
            new ModelPublication(input.Model, lineage, files)
            {
                Metrics = new Dictionary<string, double>(StringComparer.Ordinal) { ["test_accuracy"] = input.Evaluation.Accuracy, [input.Metric] = input.Objective },
                Inputs = input.Evaluation.Inputs,
                Outputs = input.Evaluation.Outputs,
                Sample = "sample.json",
            },
            cancellationToken);
        if (input.Alias is null)
        {
            return new PublishedModel(version.Model, version.Version, []);
        }

        await registry.SetAliasAsync(input.Model, input.Alias, version.Version, cancellationToken: cancellationToken);
        return new PublishedModel(version.Model, version.Version, [input.Alias]);
    }
}
