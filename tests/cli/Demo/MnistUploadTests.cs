using Azure.Storage.Blobs;
using DurableMl.Cli.Demo;

namespace Cli.Tests.Demo;

[TestClass]
public sealed class MnistUploadTests
{
    [TestMethod]
    public async Task Files_are_uploaded_once_and_again_only_when_they_changed()
    {
        using var folder = new TemporaryFolder();
        string[] names = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];
        foreach (var name in names)
        {
            await File.WriteAllTextAsync(Path.Combine(folder.Path, name), name);
        }

        await using var azurite = await AzuriteProcess.StartAsync();
        var blobs = new BlobServiceClient(azurite.ConnectionString);
        await blobs.CreateBlobContainerAsync("raw");

        Assert.AreEqual(4, await UploadedAsync(blobs, folder));
        Assert.AreEqual(0, await UploadedAsync(blobs, folder));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, names[1]), "new labels");
        Assert.AreEqual(1, await UploadedAsync(blobs, folder));

        var content = await blobs.GetBlobContainerClient("raw").GetBlobClient("mnist/" + names[1]).DownloadContentAsync();
        Assert.AreEqual("new labels", content.Value.Content.ToString());
    }

    private static async Task<int> UploadedAsync(BlobServiceClient blobs, TemporaryFolder folder)
    {
        var output = new StringWriter();
        await new MnistUpload(blobs, TextWriter.Synchronized(output)).RunAsync(folder.Path, CancellationToken.None);
        return output.ToString().Split("uploaded ").Length - 1;
    }
}
