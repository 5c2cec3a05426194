using DurableMl.Cli;
using DurableMl.Cli.Demo;

namespace Cli.Tests.Demo;

[TestClass]
public sealed class IdxFileTests
{
    [TestMethod]
    public async Task The_real_test_images_are_read()
    {
        var layout = DurableMl.Cli.Hosting.RepositoryLayout.Find();

        var images = await IdxFile.ReadAsync(Path.Combine(layout.MnistFolder, MnistUpload.TestImages), CancellationToken.None);
        var labels = await IdxFile.ReadAsync(Path.Combine(layout.MnistFolder, MnistUpload.TestLabels), CancellationToken.None);

        CollectionAssert.AreEqual(new[] { 10_000, 28, 28 }, images.Shape);
        CollectionAssert.AreEqual(new[] { 10_000 }, labels.Shape);
        CollectionAssert.AreEqual(new byte[] { 7, 2, 1, 0, 4 }, labels.Data[..5]);
    }

    [TestMethod]
    [DataRow(new byte[] { 0, 0, 8, 1, 0, 0, 0, 3, 1, 2 }, "holds 2 values where its header says 3")]
    [DataRow(new byte[] { 0, 0, 9, 1, 0, 0, 0, 1, 1 }, "is not an IDX file of bytes")]
    [DataRow(new byte[] { 0, 0 }, "is not an IDX file of bytes")]
    public async Task A_broken_file_is_refused(byte[] content, string reason)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "broken");
        await File.WriteAllBytesAsync(path, content);

        var exception = await Assert.ThrowsExactlyAsync<CliException>(() => IdxFile.ReadAsync(path, CancellationToken.None));

        StringAssert.Contains(exception.Message, reason);
    }
}
