using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs;
using DurableMl.Features.Images;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Preprocessing.Images;
using Orchestrations.Tests.Fixtures;
using SkiaSharp;

namespace Orchestrations.Tests.Preprocessing;

[TestClass]
public sealed class ImagePreparationTests
{
    private readonly DatasetPreparation preparation = new();

    [TestMethod]
    public async Task Folders_of_images_become_a_dataset_whose_classes_are_their_names()
    {
        (string Name, byte[] Content)[] files = Animals();
        string name = await UploadAsync([.. files, ("pipeline.json", "{}"u8.ToArray()), ("pipeline.json.errors", "{}"u8.ToArray())]);

        DatasetReference dataset = await preparation.PrepareAsync(Definition(name));

        (DatasetManifest manifest, _) = await DatasetPreparation.ManifestAsync(dataset);
        Assert.AreEqual(60, dataset.Examples);
        Assert.AreEqual(3, manifest.Classes);
        CollectionAssert.AreEqual(new[] { 1, 4, 4 }, manifest.FeatureShape.ToArray());
        CollectionAssert.AreEqual(new[] { "cat", "dog", "emu" }, manifest.Targets![0].Labels!.ToArray());
        CollectionAssert.AreEqual(new long[] { 4, 4, 4 }, manifest.Splits["test"].ClassCounts.ToArray());
        CollectionAssert.AreEqual(new long[] { 3, 3, 3 }, manifest.Splits["validation"].ClassCounts.ToArray());
        CollectionAssert.AreEqual(new long[] { 13, 13, 13 }, manifest.Splits["train"].ClassCounts.ToArray());
        Assert.IsNull(manifest.FailedItems);
        Assert.IsTrue((await preparation.PrepareAsync(Definition(name))).Reused);
    }

    [TestMethod]
    public async Task Serving_makes_the_same_numbers_of_the_same_files_as_preprocessing_did()
    {
        (string Name, byte[] Content)[] files = Animals();
        DatasetReference dataset = await preparation.PrepareAsync(Definition(await UploadAsync(files)));
        (DatasetManifest manifest, _) = await DatasetPreparation.ManifestAsync(dataset);
        ImageTransform transform = ImageTransform.Parse(await DatasetPreparation.FileAsync(dataset, manifest.Transform!.File, manifest.Transform.Sha256))!;

        var prepared = new List<string>();
        foreach (DatasetSplit split in manifest.Splits.Values)
        {
            (float[] features, long[] labels) = await DatasetPreparation.ReadAsync<long>(dataset, split);
            prepared.AddRange(features.Chunk(16).Select((row, i) => Line(manifest.Targets![0].Labels![(int)labels[i]], row)));
        }

        string[] served = [.. files.Select(file =>
        {
            var numbers = new float[16];
            transform.Apply(file.Content, file.Name, numbers);
            return Line(file.Name.Split('/')[0], numbers);
        })];
        CollectionAssert.AreEquivalent(served, prepared);

        static string Line(string label, float[] row) => label + " " + string.Join(' ', row.Select(BitConverter.SingleToInt32Bits));
    }

    [TestMethod]
    [DataRow("test", "train", "train")]
    [DataRow("Testing", "Training", "valid")]
    [DataRow("val", "train", "train")]
    public async Task Folders_divide_the_images_into_those_of_the_test_and_the_rest(string test, string train, string other)
    {
        string name = await UploadAsync(
            [.. Animals().Select((file, i) => ($"{(i % 4 == 0 ? test : i % 4 == 1 ? other : train)}/{file.Name}", file.Content)), ("train/cat/._1.png", [1]), ("__MACOSX/cat.png", [1])]);

        (DatasetManifest manifest, _) = await DatasetPreparation.ManifestAsync(await preparation.PrepareAsync(Definition(name)));

        Assert.AreEqual((15, 45), (manifest.Splits["test"].Examples, manifest.Splits["train"].Examples + manifest.Splits["validation"].Examples));
        CollectionAssert.AreEqual(new[] { "cat", "dog", "emu" }, manifest.Targets![0].Labels!.ToArray());
        Assert.IsNull(manifest.Split.TestFraction);
    }

    [TestMethod]
    public async Task A_label_file_names_the_classes()
    {
        (string Name, byte[] Content)[] files = [.. Animals().Select((file, i) => ($"{i:D2}.png", file.Content))];
        byte[] labels = Encoding.UTF8.GetBytes("label,name\n" + string.Concat(files.Select((file, i) => $"\"{(i % 2 == 0 ? "a, even" : "odd")}\",{file.Name}\n")));

        (DatasetManifest manifest, _) = await DatasetPreparation.ManifestAsync(await preparation.PrepareAsync(Definition(await UploadAsync([.. files, ("labels.csv", labels)]))));

        CollectionAssert.AreEqual(new[] { "a, even", "odd" }, manifest.Targets![0].Labels!.ToArray());
    }

    [TestMethod]
    public async Task Images_that_cannot_be_read_are_left_out_and_listed_up_to_the_limit()
    {
        string name = await UploadAsync([.. Animals(), ("cat/broken.png", "no"u8.ToArray()), ("dog/notes", "neither"u8.ToArray())]);

        DatasetReference dataset = await preparation.PrepareAsync(Definition(name, maxFailedItems: 2));

        (DatasetManifest manifest, _) = await DatasetPreparation.ManifestAsync(dataset);
        Assert.AreEqual(60, dataset.Examples);
        FailedItem[] failed = JsonSerializer.Deserialize<FailedItem[]>(
            await DatasetPreparation.FileAsync(dataset, manifest.FailedItems!.File, manifest.FailedItems.Sha256), JsonSerializerOptions.Web)!;
        CollectionAssert.AreEqual(new[] { $"raw/{name}/all/cat/broken.png", $"raw/{name}/all/dog/notes" }, failed.Select(item => item.Item).ToArray());
        StringAssert.Contains(failed[0].Reason, "is not a JPEG, PNG, BMP, GIF or WebP image");

        string refusal = await preparation.FailAsync(Definition(name, maxFailedItems: 1));
        StringAssert.StartsWith(refusal, "dataset.maxFailedItems: expected at most 1 items that cannot be read, found 2: ");
        StringAssert.Contains(refusal, "cat/broken.png is not a JPEG");
        StringAssert.Contains(refusal, "dog/notes is not a JPEG");
    }

    [TestMethod]
    [DataRow("a.png", "", "a.png: expected images in folders that are named as their classes, or labels.csv beside them")]
    [DataRow("cat/a.png", "", "expected images of 2 to 256 classes")]
    [DataRow("a.png", "name,label\nb.png,x\n", "a.png: expected a line of labels.csv that names 'a.png'")]
    [DataRow("a.png", "name,label\na.png,x\nb.png,x\n", "labels.csv: expected names of images in the folder, found 'b.png'")]
    [DataRow("a.png", "name,label\na.png,x\na.png,y\n", "labels.csv: expected one line with a label for 'a.png', found two lines")]
    [DataRow("a.png", "file,class\na.png,x\n", "labels.csv: expected a header with the columns name and label, found file, class")]
    public async Task What_shows_no_classes_is_refused(string image, string labels, string refusal)
    {
        (string Name, byte[] Content)[] files = [(image, Png(1))];
        string name = await UploadAsync(labels.Length == 0 ? files : [.. files, ("labels.csv", Encoding.UTF8.GetBytes(labels))]);

        StringAssert.Contains(await preparation.FailAsync(Definition(name)), refusal);
    }

    private static DatasetDefinition Definition(string name, int maxFailedItems = 0) => new(name, "images", [new BlobSource($"raw/{name}/all/")], 2, 0.2, 1)
    {
        Images = new ImagesDefinition(new ImageForm(1, 4, 4, ImageFit.Crop), 0.2),
        MaxFailedItems = maxFailedItems,
    };

    private static (string Name, byte[] Content)[] Animals() =>
        [.. Enumerable.Range(0, 60).Select(i => ($"{Kind(i)}/{i}.png", Png(i)))];

    private static string Kind(int i) => (i % 3) switch { 0 => "cat", 1 => "dog", _ => "emu" };

    // Of different sizes, so that they are resized and cropped.
    private static byte[] Png(int seed)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(4 + (seed % 5), 4 + (seed % 7), SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (int y = 0; y < bitmap.Height; y++)
        {
            for (int x = 0; x < bitmap.Width; x++)
            {
                bitmap.SetPixel(x, y, new SKColor((byte)((seed * 4) + x), (byte)(y * 20), (byte)((x * y) + seed)));
            }
        }

        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    // Not right below the name: a pipeline there would be taken by tests of uploads.
    private static async Task<string> UploadAsync((string Name, byte[] Content)[] files)
    {
        BlobServiceClient blobs = await Storage.BlobsAsync();
        BlobContainerClient container = blobs.GetBlobContainerClient("raw");
        await container.CreateIfNotExistsAsync();
        string name = Storage.NewName("img");
        foreach ((string file, byte[] content) in files)
        {
            await container.GetBlobClient($"{name}/all/{file}").UploadAsync(BinaryData.FromBytes(content), overwrite: true);
        }

        return name;
    }
}
