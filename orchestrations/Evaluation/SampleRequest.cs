using Azure.Storage.Blobs;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Runs;

namespace DurableMl.Orchestrations.Evaluation;

/// <summary>Writes one test example as an Open Inference Protocol request, with which the model is warmed up wherever it is loaded.</summary>
internal static class SampleRequest
{
    public static Task WriteAsync(
        BlobServiceClient blobs, string runId, string inputName, IReadOnlyList<int> featureShape, ReadOnlySpan<float> features, CancellationToken cancellationToken)
    {
        int width = featureShape.Aggregate(1, (product, size) => product * size);
        var request = new
        {
            Inputs = new[]
            {
                new { Name = inputName, Shape = (int[])[1, .. featureShape], Datatype = "FP32", Data = features[..width].ToArray() },
            },
        };
        return blobs.GetBlobContainerClient(DataContainers.Runs).GetBlobClient(RunBlobs.Sample(runId)).WriteJsonAsync(request, cancellationToken);
    }
}
