using System.Security.Cryptography;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Preprocessing;

[TestClass]
public class PreprocessOrchestratorTests
{
    private readonly DatasetPreparation preparation = new();

    [TestMethod]
    public async Task Raw_files_become_at_least_eight_normalised_shards_under_the_manifests_hash()
    {
        RawDataset raw = await RawDataset.UploadAsync();
        DatasetReference dataset = await preparation.PrepareAsync(raw.Definition);
        (DatasetManifest manifest, byte[] bytes) = await DatasetPreparation.ManifestAsync(dataset);

        Assert.IsFalse(dataset.Reused);
        Assert.AreEqual(dataset.Version, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        Assert.AreEqual(RawDataset.TrainExamples + RawDataset.TestExamples, dataset.Examples);
        Assert.AreEqual(8, dataset.Shards);
        CollectionAssert.AreEqual(new[] { "train", "validation", "test" }, manifest.Splits.Keys.ToArray());
        CollectionAssert.AreEqual(new long[] { 54, 54, 54, 54 }, manifest.Splits["train"].ClassCounts.ToArray());
        CollectionAssert.AreEqual(new long[] { 6, 6, 6, 6 }, manifest.Splits["validation"].ClassCounts.ToArray());
        CollectionAssert.AreEqual(new long[] { 15, 15, 15, 15 }, manifest.Splits["test"].ClassCounts.ToArray());
        CollectionAssert.AreEqual(new[] { 1, 4, 4 }, manifest.FeatureShape.ToArray());

        (float[] features, long[] labels) = await DatasetPreparation.ReadAsync<long>(dataset, manifest.Splits["train"]);
        Assert.AreEqual(216, labels.Length);
        Assert.AreEqual(0, features.Average(), 1e-5, "mean of the normalised train split");
        Assert.AreEqual(1, features.Average(value => value * value), 1e-5, "variance of the normalised train split");
        AssertRowsFitTheirLabels(features, labels);
    }

    [TestMethod]
    public async Task The_same_inputs_are_not_computed_twice_and_it_says_so()
    {
        RawDataset raw = await RawDataset.UploadAsync();
        DatasetReference first = await preparation.PrepareAsync(raw.Definition);
        int written = preparation.ShardsWritten;
        DatasetReference second = await preparation.PrepareAsync(raw.Definition);

        Assert.AreEqual(first with { Reused = true }, second);
        Assert.AreEqual(written, preparation.ShardsWritten);
    }

    [TestMethod]
    public async Task Gzip_gives_the_same_version_as_plain_files()
    {
        RawDataset raw = await RawDataset.UploadAsync();
        DatasetReference plain = await preparation.PrepareAsync(raw.Definition);
        foreach ((string file, byte[] content) in RawDataset.Files())
        {
            await raw.DeleteAsync(file);
            await raw.PutAsync(file + ".gz", RawDataset.Zip(content));
        }

        DatasetReference zipped = await preparation.PrepareAsync(raw.Definition);

        Assert.AreEqual(plain with { Reused = true }, zipped, "equal content is the same version, found when it is published");
        Assert.AreEqual(20, preparation.ShardsWritten, "but it had to be computed to know");
    }

    [TestMethod]
    public async Task Another_seed_gives_another_version()
    {
        RawDataset raw = await RawDataset.UploadAsync();
        DatasetReference first = await preparation.PrepareAsync(raw.Definition);
        DatasetReference second = await preparation.PrepareAsync(raw.Definition with { Seed = 2 });

        Assert.AreNotEqual(first.Version, second.Version);
    }

    [TestMethod]
    public async Task Nothing_of_the_preparation_is_left_behind()
    {
        RawDataset raw = await RawDataset.UploadAsync();
        DatasetReference dataset = await preparation.PrepareAsync(raw.Definition);

        BlobServiceClient blobs = await Storage.BlobsAsync();
        var names = new List<string>();
        await foreach (BlobItem blob in blobs.GetBlobContainerClient("datasets").GetBlobsAsync(BlobTraits.None, BlobStates.None, dataset.Name + "/", default))
        {
            names.Add(blob.Name);
        }

        Assert.AreEqual(0, names.Count(name => name.Contains("/staging/")));
        // Eight of train and of validation, two of test, two files each; the manifest; the record of the inputs.
        Assert.AreEqual((18 * 2) + 1 + 1, names.Count, string.Join("\n", names));
    }

    [TestMethod]
    [DataRow("train-images-idx3-ubyte")]
    [DataRow("t10k-images-idx3-ubyte")]
    [DataRow("train-labels-idx1-ubyte")]
    public async Task A_truncated_file_is_named_with_what_was_expected_and_found(string file)
    {
        RawDataset raw = await RawDataset.UploadAsync();
        byte[] whole = RawDataset.File(file);
        await raw.PutAsync(file, whole[..^3]);

        string error = await preparation.FailAsync(raw.Definition);

        StringAssert.StartsWith(error, $"raw/{raw.Name}/{file}: expected {whole.Length} bytes");
        StringAssert.Contains(error, $"found {whole.Length - 3} bytes");
    }

    [TestMethod]
    public async Task A_truncated_gzip_file_is_named()
    {
        RawDataset raw = await RawDataset.UploadAsync(compressed: true);
        await raw.PutAsync("train-images-idx3-ubyte.gz", RawDataset.Zip(RawDataset.File("train-images-idx3-ubyte"))[..^200]);

        StringAssert.StartsWith(await preparation.FailAsync(raw.Definition), $"raw/{raw.Name}/train-images-idx3-ubyte.gz: expected ");
    }

    [TestMethod]
    public async Task A_gzip_file_whose_content_is_too_short_is_named()
    {
        RawDataset raw = await RawDataset.UploadAsync(compressed: true);
        await raw.PutAsync("train-images-idx3-ubyte.gz", RawDataset.Zip(RawDataset.File("train-images-idx3-ubyte")[..^1]));

        string error = await preparation.FailAsync(raw.Definition);

        StringAssert.StartsWith(error, $"raw/{raw.Name}/train-images-idx3-ubyte.gz: expected 3856 bytes");
        StringAssert.Contains(error, "found fewer");
    }

    [TestMethod]
    public async Task Images_under_the_name_of_labels_are_refused()
    {
        RawDataset raw = await RawDataset.UploadAsync();
        await raw.PutAsync("train-labels-idx1-ubyte", RawDataset.File("train-images-idx3-ubyte"));

        StringAssert.StartsWith(
            await preparation.FailAsync(raw.Definition), $"raw/{raw.Name}/train-labels-idx1-ubyte: expected labels: one dimension of whole numbers, or a column of them, found 3 dimensions of UInt8");
    }

    [TestMethod]
    public async Task Labels_that_are_not_as_many_as_the_images_are_refused()
    {
        RawDataset raw = await RawDataset.UploadAsync();
        await raw.PutAsync("train-labels-idx1-ubyte", RawDataset.File("t10k-labels-idx1-ubyte"));

        StringAssert.StartsWith(await preparation.FailAsync(raw.Definition), $"raw/{raw.Name}/train-labels-idx1-ubyte: expected 240 labels");
    }

    [TestMethod]
    public async Task A_missing_file_is_asked_for()
    {
        RawDataset raw = await RawDataset.UploadAsync();
        await raw.DeleteAsync("t10k-labels-idx1-ubyte");

        StringAssert.StartsWith(await preparation.FailAsync(raw.Definition), $"raw/{raw.Name}/: expected one array named t10k-labels… or test-labels… or y_test…, found none");
    }

    [TestMethod]
    [DataRow("raw/no-such-dataset/")]
    [DataRow("no-such-container/mnist/")]
    public async Task An_unknown_dataset_is_named(string source)
    {
        RawDataset raw = await RawDataset.UploadAsync();

        StringAssert.StartsWith(await preparation.FailAsync(raw.Definition with { Sources = [new BlobSource(source)] }), $"{source}: expected a folder with the dataset's raw files");
    }

    [TestMethod]
    public async Task More_shards_than_examples_are_refused()
    {
        RawDataset raw = await RawDataset.UploadAsync();

        StringAssert.Contains(await preparation.FailAsync(raw.Definition with { Shards = 241 }), "dataset.shards");
    }

    private static void AssertRowsFitTheirLabels(float[] features, long[] labels)
    {
        for (int i = 0; i < labels.Length; i++)
        {
            float[] row = [.. features.Skip(i * 16).Take(16)];
            int brightest = Enumerable.Range(0, 4).MaxBy(r => row.Skip(r * 4).Take(4).Sum());
            Assert.AreEqual(labels[i], brightest, $"row {i}");
        }
    }
}
