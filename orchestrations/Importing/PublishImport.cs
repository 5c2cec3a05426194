using System.Runtime.InteropServices;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Sessions;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Runs;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Importing;

/// <summary>Activity: compares ONNX Runtime's answer to the sample with the original's, and publishes the model if they agree.</summary>
/// <param name="blobs">The data account.</param>
/// <param name="registry">The model registry.</param>
public sealed class PublishImport(BlobServiceClient blobs, ModelRegistry registry)
{
    private const int MaxSampleValues = 1 << 18;

    /// <summary>Compares and publishes. Done twice, it publishes one version.</summary>
    /// <param name="input">What was imported.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="PermanentFailureException">The answers differ, or the conversion left no usable model.</exception>
    [Function(nameof(PublishImport))]
    public async Task<ImportOutput> RunAsync([ActivityTrigger] ImportInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        (IReadOnlyList<int> shape, float[] sample) = await ReadAsync(input, "parity-input.npy", cancellationToken);
        (_, float[] expected) = await ReadAsync(input, "parity-output.npy", cancellationToken);
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".onnx");
        try
        {
            await Output(input, "model.onnx").DownloadToAsync(path, cancellationToken);
            using ModelSession session = ModelSession.Load(path);
            if (session.Inputs is not [{ Datatype: "FP32" }] || session.Outputs is not [{ Datatype: "FP32" }, ..])
            {
                throw new PermanentFailureException("The converted model must have one FP32 input and a first output of FP32.");
            }

            double difference = Compare(expected, session.Run(sample, [.. shape.Select(size => (long)size)]).Values, input.Request.Tolerance);
            ModelManifest version = await PublishAsync(input, session, sample, shape, difference, cancellationToken);
            return new ImportOutput(version.Model, version.Version, difference);
        }
        catch (InvalidModelException e)
        {
            throw new PermanentFailureException(e.Message, e);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static double Compare(float[] expected, float[] actual, double tolerance)
    {
        if (expected.Length != actual.Length)
        {
            throw new PermanentFailureException($"The converted model gives {actual.Length} values to the sample, the original {expected.Length}.");
        }

        double largest = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs((double)expected[i] - actual[i]);
            if (!(difference <= tolerance * Math.Max(1, Math.Abs(expected[i]))))
            {
                throw new PermanentFailureException(FormattableString.Invariant(
                    $"The converted model is not the original: value {i} of the sample's answer is {actual[i]} instead of {expected[i]}, more than the tolerance {tolerance} off."));
            }

            largest = Math.Max(largest, difference);
        }

        return largest;
    }

    private async Task<ModelManifest> PublishAsync(
        ImportInput input, ModelSession session, float[] sample, IReadOnlyList<int> shape, double difference, CancellationToken cancellationToken)
    {
        var files = new List<ModelSource> { ModelSource.FromBlob(Output(input, "model.onnx")) };
        int row = sample.Length / shape[0];
        bool warms = row <= MaxSampleValues;
        if (warms)
        {
            var request = new { inputs = new[] { new { name = session.Inputs[0].Name, datatype = "FP32", shape = (int[])[1, .. shape.Skip(1)], data = sample[..row] } } };
            files.Add(ModelSource.FromBytes("sample.json", JsonSerializer.SerializeToUtf8Bytes(request)));
        }

        ModelManifest version = await registry.PublishAsync(
            new ModelPublication(input.Model, new ModelLineage(input.RunId, ImportInput.Trial, input.Request.Source), files)
            {
                Metrics = new Dictionary<string, double>(StringComparer.Ordinal) { ["parity_largest_difference"] = difference },
                Inputs = session.Inputs,
                Outputs = session.Outputs,
                Sample = warms ? "sample.json" : null,
            },
            cancellationToken);
        if (input.Request.Alias is { } alias)
        {
            await registry.SetAliasAsync(input.Model, alias, version.Version, cancellationToken: cancellationToken);
        }

        return version;
    }

    private BlobClient Output(ImportInput input, string file) =>
        blobs.GetBlobContainerClient(DataContainers.Runs).GetBlobClient(RunBlobs.Output(input.RunId, ImportInput.Trial, file));

    private async Task<(IReadOnlyList<int> Shape, float[] Values)> ReadAsync(ImportInput input, string file, CancellationToken cancellationToken)
    {
        try
        {
            byte[] content = (await Output(input, file).DownloadContentAsync(cancellationToken)).Value.Content.ToArray();
            (IReadOnlyList<int> shape, Memory<byte> elements) = NpyReader.Read<float>(content, file);
            return (shape, MemoryMarshal.Cast<byte, float>(elements.Span).ToArray());
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw new PermanentFailureException($"The conversion left no {file}.", e);
        }
    }
}
