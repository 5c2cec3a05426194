using System.Buffers.Binary;
using DurableMl.Orchestrations.Preprocessing;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Preprocessing;

/// <summary>Datasets of arrays that are not MNIST's: other types, other files, archives.</summary>
[TestClass]
public class ArraySourceTests
{
    private const int Width = 3;

    private static readonly float[] Train = Numbers(40);
    private static readonly float[] Test = Numbers(8);

    private readonly DatasetPreparation preparation = new();

    [TestMethod]
    public async Task NumPy_files_of_floats_are_standardised_over_the_training_split()
    {
        RawDataset raw = await UploadAsync(Little);
        DatasetReference dataset = await preparation.PrepareAsync(raw.Definition with { Shards = 3 });
        (DatasetManifest manifest, _) = await DatasetPreparation.ManifestAsync(dataset);
        (float[] features, long[] labels) = await DatasetPreparation.ReadAsync<long>(dataset, manifest.Splits["train"]);

        CollectionAssert.AreEqual(new[] { Width }, manifest.FeatureShape.ToArray());
        Assert.AreEqual(1, manifest.Normalisation!.Scale);
        Assert.AreEqual(36, labels.Length);
        Assert.AreEqual(0, features.Average(), 1e-5, "mean");
        Assert.AreEqual(1, features.Average(value => value * value), 1e-5, "variance");
        for (int row = 0; row < labels.Length; row++)
        {
            // The first number of every example tells its label.
            double first = (features[row * Width] * manifest.Normalisation.StandardDeviation) + manifest.Normalisation.Mean;
            Assert.AreEqual(labels[row], (long)Math.Floor((first + 0.25) / 100), $"row {row}");
        }
    }

    [TestMethod]
    public async Task The_same_numbers_give_the_same_version_in_whatever_file_they_come()
    {
        DatasetReference[] versions = await Task.WhenAll(
            VersionAsync(Little), VersionAsync(Big), VersionAsync(ColumnsOfFloats),
            VersionAsync([("train-features.npy", NumPyFile.ColumnMajor("<f4", Train, 40, Width)), .. Little[1..]]),
            VersionAsync([("train-features.npy.gz", RawDataset.Zip(NumPyFile.ColumnMajor("<f4", Train, 40, Width))), .. Little[1..]]), VersionAsync(Idx), VersionAsync([("all.npz", NumPyFile.Npz(Arrays()))]),
            VersionAsync([("all.zip", NumPyFile.Zip([.. Idx.Select(file => ("../some/folder/" + file.Name, file.Content))]))]),
            VersionAsync([.. Big.Select(file => (file.Name + ".gz", RawDataset.Zip(file.Content)))]));

        Assert.AreEqual(1, versions.Select(dataset => dataset.Version).Distinct().Count());
    }

    [TestMethod]
    public async Task What_is_wrong_with_an_array_is_said_with_its_name()
    {
        (byte[] File, string Said)[] cases =
        [
            (NumPyFile.ColumnMajor("<f4", Train, 40, Width)[..^4], "expected 608 bytes (40 examples of 12 bytes after a header of 128), found 604 bytes"),
            (NumPyFile.Npy("|O", Train, 40, Width), "not object"),
            (NumPyFile.Npy("<f4", Train, 40, Width)[..^4], "expected 608 bytes (40 examples of 12 bytes after a header of 128), found 604 bytes"),
            (NumPyFile.Npy("<f4", Train[..^Width], 39, Width), "train-labels.npy: expected 39 labels"),
            (NumPyFile.Npy("<f4", [float.NaN, .. Train[1..]], 40, Width), "expected finite numbers within float32, found NaN in example 0"),
            (NumPyFile.Npy("<f8", Array.ConvertAll(Train, number => (double)number), 40, Width), "expected Float64, as in"),
        ];
        foreach ((byte[] file, string said) in cases)
        {
            RawDataset raw = await UploadAsync([("train-features.npy", file), .. Little.Skip(1)]);

            string error = await preparation.FailAsync(raw.Definition with { Shards = 1 });

            Assert.Contains(said, error);
            Assert.StartsWith($"raw/{raw.Name}/", error);
        }

        RawDataset halves = await UploadAsync([Little[0], ("train-labels.npy", NumPyFile.Npy("<f4", Array.ConvertAll(Labels(40), label => label + 0.5f), 40)), .. Little[2..]]);
        Assert.Contains("expected labels that are whole numbers of 0 to 999, found 0.5 for example 0", await preparation.FailAsync(halves.Definition));
    }

    [TestMethod]
    public async Task An_archive_that_is_damaged_or_a_bomb_is_refused()
    {
        RawDataset damaged = await UploadAsync([("all.npz", NumPyFile.Npz(Arrays())[..^30])]);
        Assert.StartsWith($"raw/{damaged.Name}/all.npz: expected a complete zip archive", await preparation.FailAsync(damaged.Definition));

        (string Name, byte[] Npy)[] arrays = Arrays();
        arrays[0] = ("x_train", NumPyFile.Npy("|u1", new byte[70 << 20], 40, (70 << 20) / 40));
        RawDataset bomb = await UploadAsync([("all.npz", NumPyFile.Npz(arrays))]);
        Assert.StartsWith(
            $"raw/{bomb.Name}/all.npz, x_train.npy: expected at most 200 bytes unpacked of each packed one", await preparation.FailAsync(bomb.Definition));
    }

    private static float[] Numbers(int examples) =>
        [.. Enumerable.Range(0, examples * Width).Select(i => (i % Width) + (i / Width % 4 * 100 * (i % Width == 0 ? 1 : 0)) + (i % 7 * 0.125f))];

    private static int[] Labels(int examples) => [.. Enumerable.Range(0, examples).Select(i => i % 4)];

    private static (string Name, byte[] Content)[] Little =>
    [
        ("train-features.npy", NumPyFile.Npy("<f4", Train, 40, Width)), ("train-labels.npy", NumPyFile.Npy("<i4", Labels(40), 40)),
        ("test-features.npy", NumPyFile.Npy("<f4", Test, 8, Width)), ("test-labels.npy", NumPyFile.Npy("<i4", Labels(8), 8)),
    ];

    // Labels as Keras has them, or as a step through pandas leaves them.
    private static (string Name, byte[] Content)[] ColumnsOfFloats =>
    [
        Little[0], ("train-labels.npy", NumPyFile.Npy("<f4", Array.ConvertAll(Labels(40), label => (float)label), 40, 1)),
        Little[2], ("test-labels.npy", NumPyFile.Npy("<f8", Array.ConvertAll(Labels(8), label => (double)label), 8, 1)),
    ];

    private static (string Name, byte[] Content)[] Big =>
    [
        ("train-features.npy", NumPyFile.Npy(">f4", BigEndian(Train), 40, Width)), ("train-labels.npy", NumPyFile.Npy(">i4", BigEndian(Labels(40)), 40)),
        ("test-features.npy", NumPyFile.Npy(">f4", BigEndian(Test), 8, Width)), ("test-labels.npy", NumPyFile.Npy(">i4", BigEndian(Labels(8)), 8)),
    ];

    private static (string Name, byte[] Content)[] Idx =>
    [
        ("train-features", RawDataset.Idx(0x0D, BigEndian(Train), 40, Width)), ("train-labels", RawDataset.Idx(0x0C, BigEndian(Labels(40)), 40)),
        ("test-features", RawDataset.Idx(0x0D, BigEndian(Test), 8, Width)), ("test-labels", RawDataset.Idx(0x0C, BigEndian(Labels(8)), 8)),
    ];

    // Named as in Keras' files.
    private static (string Name, byte[] Npy)[] Arrays() =>
        [.. Little.Zip(["x_train", "y_train", "x_test", "y_test"], (file, name) => (name, file.Content))];

    private static byte[] BigEndian(float[] values) => BigEndian(Array.ConvertAll(values, BitConverter.SingleToInt32Bits));

    private static byte[] BigEndian(int[] values)
    {
        var bytes = new byte[values.Length * sizeof(int)];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(i * sizeof(int)), values[i]);
        }

        return bytes;
    }

    private static async Task<RawDataset> UploadAsync((string Name, byte[] Content)[] files)
    {
        RawDataset raw = await RawDataset.EmptyAsync();
        foreach ((string name, byte[] content) in files)
        {
            await raw.PutAsync(name, content);
        }

        return raw;
    }

    // Of one name, since a manifest holds it.
    private async Task<DatasetReference> VersionAsync((string Name, byte[] Content)[] files)
    {
        RawDataset raw = await UploadAsync(files);
        return await preparation.PrepareAsync(raw.Definition with { Name = "arrays-of-all-kinds", Shards = 2 });
    }
}
