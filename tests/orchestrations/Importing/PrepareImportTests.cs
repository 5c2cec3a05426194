using Azure.Storage.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Importing;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Importing;

[TestClass]
public sealed class PrepareImportTests
{
    [TestMethod]
    public async Task The_source_reaches_the_job_as_a_dataset_named_by_its_content()
    {
        (BlobServiceClient blobs, string folder) = await UploadAsync(("x.pt", "source"), ("s.npy", "sample"));
        var input = new ImportInput(Storage.NewName("import"), "m", new($"raw/{folder}/x.pt", $"raw/{folder}/s.npy"));

        PreparedImport prepared = await new PrepareImport(blobs).RunAsync(input, default);
        PreparedImport again = await new PrepareImport(blobs).RunAsync(input, default);

        Assert.AreEqual(prepared.DatasetVersion, again.DatasetVersion);
        Assert.AreEqual("source", await ReadAsync(blobs, prepared, "source"));
        Assert.Contains("sample.npy", await ReadAsync(blobs, prepared, "manifest.json"));
        Assert.AreEqual(("source", $"raw/{folder}/x.pt", "41cf6794ba4200b839c53531555f0f3998df4cbb01a4d5cb0b94e3ca5e23947d"), (prepared.Files[0].Role, prepared.Files[0].Blob, prepared.Files[0].Sha256));
    }

    [TestMethod]
    public async Task Weights_and_what_is_expected_are_put_aside_too_and_change_the_version()
    {
        (BlobServiceClient blobs, string folder) = await UploadAsync(("x.onnx", "model"), ("s.npz", "sample"), ("manifest.json", "weights"), ("e.npz", "expected"));
        var request = new ImportRequest($"raw/{folder}/x.onnx", $"raw/{folder}/s.npz", ImportFormats.Onnx, Weights: [$"raw/{folder}/manifest.json"], Expected: $"raw/{folder}/e.npz");
        PreparedImport prepared = await new PrepareImport(blobs).RunAsync(new("r", "m", request), default);
        PreparedImport less = await new PrepareImport(blobs).RunAsync(new("r", "m", request with { Expected = null }), default);

        CollectionAssert.AreEqual(new[] { "source", "sample", "weights", "expected" }, prepared.Files.Select(file => file.Role).ToArray());
        Assert.AreEqual("weights", await ReadAsync(blobs, prepared, "weights/manifest.json"));
        Assert.AreNotEqual(prepared.DatasetVersion, less.DatasetVersion);
    }

    [TestMethod]
    public async Task A_blob_that_is_not_there_is_named_with_its_field()
    {
        (BlobServiceClient blobs, string folder) = await UploadAsync(("x.pt", "source"));

        PermanentFailureException e = await Assert.ThrowsExactlyAsync<PermanentFailureException>(
            () => new PrepareImport(blobs).RunAsync(new("r", "m", new($"raw/{folder}/x.pt", $"raw/{folder}/none.npy")), default));

        Assert.AreEqual($"sample: there is no blob raw/{folder}/none.npy.", e.Message);
    }

    private static async Task<(BlobServiceClient Blobs, string Folder)> UploadAsync(params (string Name, string Content)[] files)
    {
        BlobServiceClient blobs = await Storage.BlobsAsync();
        BlobContainerClient raw = blobs.GetBlobContainerClient("raw");
        await raw.CreateIfNotExistsAsync();
        string folder = Storage.NewName("import");
        foreach ((string name, string content) in files)
        {
            await raw.GetBlobClient($"{folder}/{name}").UploadAsync(BinaryData.FromString(content));
        }

        return (blobs, folder);
    }

    private static async Task<string> ReadAsync(BlobServiceClient blobs, PreparedImport prepared, string file) =>
        (await blobs.GetBlobContainerClient("datasets").GetBlobClient($"model-imports/{prepared.DatasetVersion}/{file}").DownloadContentAsync()).Value.Content.ToString();
}
