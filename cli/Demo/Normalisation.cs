using System.Text.Json;
using Azure.Storage.Blobs;

namespace DurableMl.Cli.Demo;

/// <summary>How a dataset's bytes became the numbers that its models take: (x / 255 − mean) / standard deviation.</summary>
/// <param name="Mean">The mean of the training split, in 0…1.</param>
/// <param name="StandardDeviation">Its standard deviation.</param>
internal sealed record Normalisation(double Mean, double StandardDeviation)
{
    /// <summary>Reads it from a dataset's manifest.</summary>
    public static async Task<Normalisation> ReadAsync(BlobServiceClient blobs, string dataset, string version, CancellationToken cancellationToken)
    {
        var blob = blobs.GetBlobContainerClient("datasets").GetBlobClient($"{dataset}/{version}/manifest.json");
        var content = await blob.DownloadContentAsync(cancellationToken);
        using var manifest = JsonDocument.Parse(content.Value.Content);
        var normalisation = manifest.RootElement.GetProperty("normalisation");
        return new Normalisation(normalisation.GetProperty("mean").GetDouble(), normalisation.GetProperty("standardDeviation").GetDouble());
    }

    /// <summary>Normalises bytes.</summary>
    public float[] Apply(ReadOnlySpan<byte> pixels)
    {
        var values = new float[pixels.Length];
        for (var i = 0; i < pixels.Length; i++)
        {
            values[i] = (float)(((pixels[i] / 255.0) - Mean) / StandardDeviation);
        }

        return values;
    }
}
