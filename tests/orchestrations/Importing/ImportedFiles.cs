using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Submission;
using DurableMl.Orchestrations.Importing;
using DurableMl.Orchestrations.Runs;
using DurableMl.Registry;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Importing;

/// <summary>What an import finds in blobs: what users have uploaded, and what a conversion has left.</summary>
internal sealed class ImportedFiles(BlobServiceClient blobs)
{
    public string RunId { get; } = Storage.NewName("import");

    public string Model { get; } = Storage.NewName("model");

    public ModelRegistry Registry { get; } = new(blobs, TimeProvider.System);

    public BlobServiceClient Blobs => blobs;

    public static async Task<ImportedFiles> CreateAsync() => new(await Storage.BlobsAsync());

    /// <summary>Uploads to <c>raw</c> and returns the name that a request gives.</summary>
    public async Task<string> UploadAsync(string name, byte[] content)
    {
        BlobContainerClient raw = blobs.GetBlobContainerClient("raw");
        await raw.CreateIfNotExistsAsync();
        await raw.GetBlobClient($"{RunId}/{name}").UploadAsync(BinaryData.FromBytes(content), overwrite: true);
        return $"raw/{RunId}/{name}";
    }

    /// <summary>Writes what a conversion leaves.</summary>
    public async Task ConvertedAsync(byte[] model, byte[] inputs, byte[] outputs)
    {
        await TrialContainer.Of(blobs, $"{RunId}/trials/trial-000").CreateIfNotExistsAsync();
        foreach ((string name, byte[] content) in ((string, byte[])[])[("model.onnx", model), ("parity-input.npz", inputs), ("parity-output.npz", outputs)])
        {
            await RunBlobs.Output(blobs, RunId, "trial-000", name).UploadAsync(BinaryData.FromBytes(content), overwrite: true);
        }
    }

    /// <summary>A request for a source that is converted.</summary>
    public async Task<ImportRequest> TorchScriptAsync(string? alias = null) =>
        new(await UploadAsync("x.pt", [1]), await UploadAsync("s.npy", [2]), Alias: alias);

    /// <summary>A request for an ONNX model.</summary>
    public async Task<ImportRequest> OnnxAsync(byte[] model, byte[] sample, byte[]? expected = null, string name = "x.onnx", params (string Name, byte[] Content)[] weights)
    {
        var uploaded = new List<string>();
        foreach ((string file, byte[] content) in weights)
        {
            uploaded.Add(await UploadAsync(file, content));
        }

        return new(
            await UploadAsync(name, model), await UploadAsync("s.npz", sample), ImportFormats.Onnx, Weights: uploaded.Count > 0 ? uploaded : null,
            Expected: expected is null ? null : await UploadAsync("e.npz", expected));
    }

    /// <summary>Puts the files of a request aside and publishes it.</summary>
    public async Task<PublishedImport> PublishAsync(ImportRequest request)
    {
        var input = new ImportInput(RunId, Model, request);
        PreparedImport prepared = await new PrepareImport(blobs).RunAsync(input, default);
        return await new PublishImport(blobs, Registry).RunAsync(new(input, prepared, "c0de"), default);
    }

    /// <summary>The files of a published version, as a model server finds them.</summary>
    public async Task<string> ReadAsync(string version, string file) =>
        (await blobs.GetBlobContainerClient("models").GetBlobClient($"{Model}/{version}/{file}").DownloadContentAsync()).Value.Content.ToString();
}
