using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using DurableMl.Inference.Batching;
using DurableMl.Onnx;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Runs;
using DurableMl.Registry;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Importing;

/// <summary>Activity: loads the ONNX model, compares its answer to the sample with the original's, and publishes it if they agree.</summary>
/// <remarks>
/// An activity also for a model that comes as ONNX: loading it and running it once is what this app does with every version that it serves,
/// in the same process, so a model that is too much for this activity could not be served either; and a Batch node takes minutes to come.
/// </remarks>
/// <param name="blobs">The data account.</param>
/// <param name="registry">The model registry.</param>
public sealed class PublishImport(BlobServiceClient blobs, ModelRegistry registry)
{
    private const int MaxParityBytes = 512 << 20;

    /// <summary>Compares and publishes. Done twice, it publishes one version.</summary>
    /// <param name="input">What was imported.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="PermanentFailureException">The answers differ, or there is no usable model.</exception>
    [Function(nameof(PublishImport))]
    public async Task<PublishedImport> RunAsync([ActivityTrigger] PublishImportInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        bool converted = ImportFormats.IsConverted(input.Import.Request.Format);
        string folder = Directory.CreateTempSubdirectory("durableml-import-").FullName;
        try
        {
            IReadOnlyList<string> files = await FetchAsync(input, folder, cancellationToken);
            using ModelSession session = ModelSession.Load(Path.Combine(folder, OnnxFiles.Entry), files.Sum(file => new FileInfo(Path.Combine(folder, file)).Length));
            List<ModelSource> sources = [.. files.Select(file => ModelSource.FromFile(Path.Combine(folder, file)))];
            if ((converted ? Output(input, "parity-input.npz") : Given(input, ImportFile.Sample)) is not { } given)
            {
                IReadOnlyList<TensorValue>? made = ModelSample.Make(session, out string? problem);
                return await PublishAsync(input, session, sources, made, null, problem, cancellationToken);
            }

            IReadOnlyList<TensorValue> inputs = await SampleAsync(given, session, converted, cancellationToken);
            IReadOnlyList<TensorValue> outputs = session.RunAll(inputs);
            double? difference = null;
            if ((converted ? Output(input, "parity-output.npz") : Given(input, ImportFile.Expected)) is { } blob)
            {
                IReadOnlyList<TensorValue> expected = await ReadAsync(blob, ImportFile.Expected, cancellationToken);
                expected = new ArrayBinding(ImportFile.Expected, "output", converted).Bind(expected, [.. outputs.Select(output => new TensorSpec(output.Name, output.Type.Name, output.Shape))]);
                difference = new ParityCheck(input.Import.Request.Tolerance).Compare(expected, outputs);
            }

            return await PublishAsync(input, session, sources, inputs, difference, null, cancellationToken);
        }
        catch (InvalidModelException e)
        {
            throw new PermanentFailureException($"source: {e.Message}{Remedy(e.Message)}", e);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // ONNX Runtime says what it met, not what to do.
    private static string Remedy(string message) =>
        message.Contains("External data", StringComparison.Ordinal)
            ? " Give the files that it names as weights, or the model with them beside it in a .zip. One that it names in a folder has to be saved beside the model first."
        : message.Contains("[ErrorCode:InvalidProtobuf]", StringComparison.Ordinal) ? " It is no ONNX, or was cut short or changed on its way." : "";

    private static async Task<IReadOnlyList<TensorValue>> SampleAsync(BlobClient blob, ModelSession session, bool converted, CancellationToken cancellationToken)
    {
        IReadOnlyList<TensorValue> sample = await ReadAsync(blob, ImportFile.Sample, cancellationToken);
        IReadOnlyList<TensorValue> inputs = new ArrayBinding(ImportFile.Sample, "input", converted).Bind(sample, session.Inputs);
        ModelSample.Check(inputs, session.Inputs);
        return inputs;
    }

    private async Task<IReadOnlyList<string>> FetchAsync(PublishImportInput input, string folder, CancellationToken cancellationToken)
    {
        ImportRequest request = input.Import.Request;
        if (ImportFormats.IsConverted(request.Format))
        {
            await DownloadAsync(Output(input, OnnxFiles.Entry), Path.Combine(folder, OnnxFiles.Entry), cancellationToken);
            return [OnnxFiles.Entry];
        }

        BlobClient source = Given(input, ImportFile.Source)!;
        if (request.Source.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
        {
            await using Stream archive = await source.OpenReadAsync(cancellationToken: cancellationToken);
            return await OnnxFiles.UnpackAsync(archive, folder, OnnxFiles.MaxBytes, cancellationToken);
        }

        await DownloadAsync(source, Path.Combine(folder, OnnxFiles.Entry), cancellationToken);
        var names = new List<string> { OnnxFiles.Entry };
        foreach (ImportFile weights in input.Prepared.Files.Where(file => file.Role == ImportFile.Weights))
        {
            names.Add(OnnxFiles.NameOf(weights.Name));
            await DownloadAsync(Kept(input, weights), Path.Combine(folder, names[^1]), cancellationToken);
        }

        return names;
    }

    private async Task<PublishedImport> PublishAsync(
        PublishImportInput input, ModelSession session, List<ModelSource> files, IReadOnlyList<TensorValue>? inputs, double? difference, string? untried, CancellationToken cancellationToken)
    {
        (ImportInput import, PreparedImport prepared, _) = input;
        byte[]? sample = inputs is null ? null : ModelSample.Request(session, inputs);
        if (sample is not null)
        {
            files.Add(ModelSource.FromBytes(OnnxFiles.Sample, sample));
        }

        var lineage = new ModelLineage(
            import.RunId,
            ImportFormats.IsConverted(import.Request.Format) ? ImportInput.Trial : null,
            PrepareImport.Dataset,
            prepared.DatasetVersion,
            new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["tolerance"] = JsonSerializer.SerializeToElement(import.Request.Tolerance) },
            input.CodeSha256,
            import.Request.Format,
            [.. prepared.Files.Select(file => new LineageFile(file.Role, file.Blob, file.Sha256))]);
        var metrics = new Dictionary<string, double>(StringComparer.Ordinal);
        if (difference is { } measured)
        {
            metrics["parity_largest_difference"] = measured;
        }

        ModelManifest version = await registry.PublishAsync(
            new ModelPublication(import.Model, lineage, files)
            {
                Metrics = metrics,
                Inputs = session.Inputs,
                Outputs = session.Outputs,
                Sample = sample is null ? null : OnnxFiles.Sample,
                Batching = inputs is null ? null : RowCheck.Check(session, inputs),
                Serving = inputs?.Any(input => input.HasNaN) is true ? (import.Request.Serving ?? new()) with { AcceptNaN = true } : import.Request.Serving,
            },
            cancellationToken);
        if (import.Request.Alias is { } alias)
        {
            await registry.SetAliasAsync(import.Model, alias, version.Version, cancellationToken: cancellationToken);
        }

        return new PublishedImport(version.Version, difference, untried);
    }

    private BlobClient Output(PublishImportInput input, string file) =>
        RunBlobs.Output(blobs, input.Import.RunId, ImportInput.Trial, file);

    private BlobClient? Given(PublishImportInput input, string role) => input.Prepared.Files.FirstOrDefault(file => file.Role == role) is { } file ? Kept(input, file) : null;

    private BlobClient Kept(PublishImportInput input, ImportFile file) =>
        blobs.GetBlobContainerClient(DataContainers.Datasets).GetBlobClient($"{PrepareImport.Dataset}/{input.Prepared.DatasetVersion}/{file.Name}");

    private static async Task DownloadAsync(BlobClient blob, string path, CancellationToken cancellationToken)
    {
        try
        {
            await blob.DownloadToAsync(path, cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw new PermanentFailureException($"The conversion left no {OnnxFiles.NameOf(blob.Name)}.", e);
        }
    }

    private static async Task<IReadOnlyList<TensorValue>> ReadAsync(BlobClient blob, string role, CancellationToken cancellationToken)
    {
        try
        {
            long bytes = (await blob.GetPropertiesAsync(cancellationToken: cancellationToken)).Value.ContentLength;
            if (bytes > MaxParityBytes)
            {
                throw new PermanentFailureException($"sample: what the model takes and answers has {bytes} bytes; {MaxParityBytes} are allowed. Give a sample of fewer rows.");
            }

            return ArrayFile.Read((await blob.DownloadContentAsync(cancellationToken)).Value.Content.ToArray(), role);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw new PermanentFailureException($"The conversion left no {OnnxFiles.NameOf(blob.Name)}.", e);
        }
    }
}
