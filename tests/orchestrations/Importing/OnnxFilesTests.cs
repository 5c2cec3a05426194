using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Importing;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Importing;

[TestClass]
public sealed class OnnxFilesTests
{
    private static readonly byte[] Some = [1, 2, 3];

    [TestMethod]
    [DataRow("")]
    [DataRow("a folder/of nets/")]
    public async Task The_model_and_its_weights_are_unpacked_side_by_side(string parent)
    {
        using var folder = new TemporaryFolder();

        IReadOnlyList<string> names = await UnpackAsync(folder, (parent + "net.data", Some), (parent + "net.onnx", [4]));

        CollectionAssert.AreEqual(new[] { "model.onnx", "net.data" }, names.ToArray());
        CollectionAssert.AreEqual(Some, await File.ReadAllBytesAsync(folder["net.data"]));
        Assert.HasCount(2, Directory.GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories));
    }

    [TestMethod]
    [DataRow("../net.data", "net.onnx")]
    [DataRow("/etc/net.data", "net.onnx")]
    [DataRow("..\\net.data", "net.onnx")]
    [DataRow("more/net.data", "net.onnx")]
    [DataRow("../net.data", "../net.onnx")]
    [DataRow(".hidden", "net.onnx")]
    [DataRow("sample.json", "net.onnx")]
    [DataRow("model.json", "net.onnx")]
    [DataRow("two words", "net.onnx")]
    public async Task A_file_elsewhere_or_with_a_name_that_is_not_allowed_is_refused_and_nothing_is_written(string file, string model)
    {
        using var folder = new TemporaryFolder();

        PermanentFailureException e = await Assert.ThrowsExactlyAsync<PermanentFailureException>(() => UnpackAsync(folder, (model, Some), (file, Some)));

        Assert.StartsWith("source: ", e.Message);
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    [DataRow("a.onnx b.onnx", "one .onnx file")]
    [DataRow("a.data", "one .onnx file")]
    [DataRow("a.onnx w W", "two files")]
    [DataRow("a.onnx model.onnx.data MODEL.onnx.DATA", "two files")]
    public async Task An_archive_must_hold_one_model_and_no_name_twice(string names, string reason)
    {
        using var folder = new TemporaryFolder();

        PermanentFailureException e = await Assert.ThrowsExactlyAsync<PermanentFailureException>(() => UnpackAsync(folder, [.. names.Split(' ').Select(name => (name, Some))]));

        Assert.Contains(reason, e.Message);
    }

    [TestMethod]
    public async Task An_archive_that_is_damaged_has_too_many_files_or_unpacks_to_too_much_is_refused()
    {
        using var folder = new TemporaryFolder();
        byte[] many = NumPyFile.Zip([.. Enumerable.Range(0, OnnxFiles.MaxFiles + 1).Select(i => ($"{i}.onnx", Some))]);
        byte[] bomb = NumPyFile.Zip(("a.onnx", new byte[100_000]));
        foreach ((byte[] file, string reason) in ((byte[], string)[])[("PK no zip"u8.ToArray(), "damaged"), (many, "513 files"), (bomb, "more than 50000 bytes")])
        {
            using var content = new MemoryStream(file);
            PermanentFailureException e = await Assert.ThrowsExactlyAsync<PermanentFailureException>(() => OnnxFiles.UnpackAsync(content, folder.Path, 50_000, default));
            Assert.Contains(reason, e.Message);
        }
    }

    private static async Task<IReadOnlyList<string>> UnpackAsync(TemporaryFolder folder, params (string Name, byte[] Content)[] files)
    {
        using var content = new MemoryStream(NumPyFile.Zip(files));
        return await OnnxFiles.UnpackAsync(content, folder.Path, OnnxFiles.MaxBytes, default);
    }
}
