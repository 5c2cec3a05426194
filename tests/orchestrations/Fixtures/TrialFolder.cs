using System.Security.Cryptography;
using System.Text.Json;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Submission;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;

namespace Orchestrations.Tests.Fixtures;

/// <summary>What the runner leaves of a trial that has reached its budget.</summary>
internal static class TrialFolder
{
    public static void Write(BlobServiceClient blobs, TrialAttempt attempt, double? objective, params (string Name, byte[] Content)[] files)
    {
        BlobContainerClient runs = blobs.GetBlobContainerClient("runs");
        TrialContainer.Of(blobs, attempt.ToTask().BlobPrefix).CreateIfNotExists();
        foreach ((string name, byte[] content) in files)
        {
            RunBlobs.Output(blobs, attempt.RunId, attempt.TrialId, name).Upload(BinaryData.FromBytes(content), overwrite: true);
        }

        runs.GetBlobClient(RunBlobs.Parameters(attempt.RunId, attempt.TrialId)).Upload(BinaryData.FromObjectAsJson(attempt.Parameters), overwrite: true);
        var metrics = new Dictionary<string, object> { ["epoch"] = Metric(attempt.Budget) };
        if (objective is { } value)
        {
            metrics[attempt.Metric] = Metric(value);
        }

        var result = new
        {
            attempt = attempt.Attempt,
            budget = attempt.Budget,
            exitCode = 0,
            reason = "succeeded",
            metrics,
            outputs = files.Select(file => new { file = file.Name, bytes = file.Content.Length, sha256 = Convert.ToHexStringLower(SHA256.HashData(file.Content)) }),
        };
        runs.GetBlobClient($"{attempt.ToTask().BlobPrefix}/output/result.json").Upload(new BinaryData(JsonSerializer.Serialize(result)), overwrite: true);
    }

    private static object Metric(double value) => new { last = value, minimum = value, maximum = value };
}
