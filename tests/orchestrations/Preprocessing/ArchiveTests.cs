using System.IO.Compression;
using System.Text;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Features.Images;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Preprocessing.Sources;
using Microsoft.Extensions.Options;
using Orchestrations.Tests.Fixtures;
using SkiaSharp;

namespace Orchestrations.Tests.Preprocessing;

/// <summary>Zip archives among raw tables and images.</summary>
[TestClass]
public sealed class ArchiveTests
{
    private readonly DatasetPreparation preparation = new();

    [TestMethod]
    public async Task Tables_in_archives_give_the_dataset_that_they_give_without()
    {
        string name = Storage.NewName("zip");
        (string, byte[])[] inside = [("north/a.csv", Csv(0, 60)), ("b.csv.gz", RawDataset.Zip(Csv(60, 120)))];
        await UploadAsync(name, ("more.zip", Archive([.. inside, ("empty/", []), ("__MACOSX/._a.csv", [1, 2])])), ("c.csv", Csv(120, 200)));
        DatasetReference zipped = await preparation.PrepareAsync(Tables(name));

        await DeleteAsync(name, "more.zip");
        await UploadAsync(name, inside);
        DatasetReference plain = await preparation.PrepareAsync(Tables(name));

        Assert.AreEqual((zipped.Version, 200, true), (plain.Version, plain.Examples, plain.Reused));
    }

    [TestMethod]
    public async Task Images_in_an_archive_are_of_the_classes_that_its_folders_say()
    {
        string name = Storage.NewName("zip");
        (string, byte[])[] inside = [.. Enumerable.Range(0, 40).Select(i => ($"{(i % 2 == 0 ? "cat" : "dog")}/{i}.png", Png(i)))];
        await UploadAsync(name, ("animals.zip", Archive(inside)));
        DatasetReference zipped = await preparation.PrepareAsync(Images(name));

        await DeleteAsync(name, "animals.zip");
        await UploadAsync(name, inside);
        DatasetReference plain = await preparation.PrepareAsync(Images(name));

        (DatasetManifest manifest, _) = await DatasetPreparation.ManifestAsync(zipped);
        CollectionAssert.AreEqual(new[] { "cat", "dog" }, manifest.Targets![0].Labels!.ToArray());
        Assert.AreEqual((zipped.Version, 40, true), (plain.Version, plain.Examples, plain.Reused));
    }

    [TestMethod]
    public async Task A_file_in_an_archive_that_is_no_table_is_refused_by_its_name()
    {
        string name = Storage.NewName("zip");
        await UploadAsync(name, ("all.zip", Archive(("a.txt", Csv(0, 50)))));

        StringAssert.Contains(await preparation.FailAsync(Tables(name)), "a.txt: expected only tables in");
    }

    [TestMethod]
    [DataRow("../a.csv", "a path that leads out of it")]
    [DataRow("..\\a.csv", "a path that leads out of it")]
    [DataRow("/a.csv", "a path that leads out of it")]
    [DataRow("b/../a.csv", "a path that leads out of it")]
    [DataRow("more.zip", "an archive in an archive")]
    public async Task What_an_archive_must_not_hold_is_refused_by_its_name(string entry, string expected) =>
        StringAssert.Contains(await RefusalAsync(Archive((entry, Csv(0, 50)))), expected);

    [TestMethod]
    public async Task An_archive_that_is_cut_short_or_a_bomb_or_has_a_name_twice_is_refused()
    {
        StringAssert.Contains(await RefusalAsync(Archive(("a.csv", Csv(0, 50)))[..^30]), "expected a complete zip archive");
        StringAssert.Contains(await RefusalAsync(Archive(("a.csv", Csv(0, 50)), ("a.csv", Csv(0, 50)))), "a name that is there twice");
        StringAssert.Contains(await RefusalAsync(Archive(("a.csv", new byte[65 << 20]))), "expected at most 200 bytes unpacked of each packed one");
        StringAssert.Contains(await RefusalAsync(Archive(("a.csv", Csv(0, 50))), maxBytes: 100), "expected at most 100 bytes unpacked, which is the setting Sources__MaxBytes");
    }

    [TestMethod]
    public async Task Files_of_an_archive_are_copied_whole_once()
    {
        byte[] large = Csv(0, 900_000);
        Assert.IsGreaterThan(8 << 20, large.Length, "more than goes up at a time");
        UnpackArchiveInput input = await InputAsync(Archive(("in/large.csv", large), ("small.csv", Csv(0, 3)), ("none.csv", []), ("folder/", [])));

        Assert.AreEqual(3, await UnpackAsync(input));
        BlobContainerClient datasets = (await Storage.BlobsAsync()).GetBlobContainerClient("datasets");
        BlobClient copy = datasets.GetBlobClient($"{input.Dataset}/fetched/{input.Key}/in/large.csv");
        BlobDownloadResult first = await copy.DownloadContentAsync();
        Assert.IsTrue(first.Content.ToMemory().Span.SequenceEqual(large));

        Assert.AreEqual(3, await UnpackAsync(input with { RunId = Storage.NewName("run") }));
        Assert.AreEqual(first.Details.ETag, (await copy.GetPropertiesAsync()).Value.ETag);
    }

    private static async Task<UnpackArchiveInput> InputAsync(byte[] archive)
    {
        string name = Storage.NewName("zip");
        await UploadAsync(name, ("all.zip", archive));
        BlobClient blob = (await Storage.BlobsAsync()).GetBlobContainerClient("raw").GetBlobClient($"{name}/all/all.zip");
        return new UnpackArchiveInput(Storage.NewName("run"), name, "raw", blob.Name, "all.zip", (await blob.GetPropertiesAsync()).Value.ETag.ToString(), "key");
    }

    private static async Task<int> UnpackAsync(UnpackArchiveInput input, long maxBytes = 1 << 30) =>
        await new UnpackArchive(await Storage.BlobsAsync(), Options.Create(new SourceOptions { MaxBytes = maxBytes })).RunAsync(input, default);

    private static async Task<string> RefusalAsync(byte[] archive, long maxBytes = 1 << 30)
    {
        UnpackArchiveInput input = await InputAsync(archive);
        return (await Assert.ThrowsExactlyAsync<DatasetFormatException>(() => UnpackAsync(input, maxBytes))).Message;
    }

    private static byte[] Archive(params (string Name, byte[] Content)[] entries)
    {
        using var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create))
        {
            foreach ((string name, byte[] content) in entries)
            {
                using Stream entry = archive.CreateEntry(name, CompressionLevel.Optimal).Open();
                entry.Write(content);
            }
        }

        return file.ToArray();
    }

    private static byte[] Csv(int from, int to)
    {
        var text = new StringBuilder("size,kind\n");
        for (int i = from; i < to; i++)
        {
            text.Append(i).Append(i % 2 == 0 ? ",even\n" : ",odd\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static byte[] Png(int seed)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(4, 4, SKColorType.Rgba8888, SKAlphaType.Opaque));
        bitmap.Erase(new SKColor((byte)(seed * 6), (byte)seed, 9));
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private static DatasetDefinition Tables(string name) => PipelineJson.Definition(pipeline =>
        pipeline["dataset"] = new System.Text.Json.Nodes.JsonObject { ["name"] = name, ["format"] = "table", ["source"] = $"raw/{name}/all/", ["target"] = "kind" }).Dataset;

    private static DatasetDefinition Images(string name) => new(name, "images", [new BlobSource($"raw/{name}/all/")], 2, 0.2, 1)
    {
        Images = new ImagesDefinition(new ImageForm(3, 4, 4, ImageFit.Crop), 0.2),
    };

    private static async Task UploadAsync(string name, params (string File, byte[] Content)[] files)
    {
        BlobContainerClient raw = (await Storage.BlobsAsync()).GetBlobContainerClient("raw");
        await raw.CreateIfNotExistsAsync();
        foreach ((string file, byte[] content) in files)
        {
            await raw.GetBlobClient($"{name}/all/{file}").UploadAsync(BinaryData.FromBytes(content), overwrite: true);
        }
    }

    private static async Task DeleteAsync(string name, string file) =>
        await (await Storage.BlobsAsync()).GetBlobContainerClient("raw").DeleteBlobAsync($"{name}/all/{file}");
}
