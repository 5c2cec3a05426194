using DurableMl.Orchestrations.Preprocessing;

namespace Orchestrations.Tests.Preprocessing;

[TestClass]
public class IdxHeaderTests
{
    [TestMethod]
    public void The_header_of_MNISTs_training_images_is_read()
    {
        IdxHeader header = IdxHeader.Read([0, 0, 8, 3, 0, 0, 0xEA, 0x60, 0, 0, 0, 28, 0, 0, 0, 28], "images", labels: false);

        CollectionAssert.AreEqual(new[] { 60_000, 28, 28 }, header.Dimensions.ToArray());
        Assert.AreEqual(784, header.ExampleBytes);
        Assert.AreEqual(47_040_016, header.FileBytes);
    }

    [TestMethod]
    public void The_header_of_labels_is_read() =>
        Assert.AreEqual(10_008, IdxHeader.Read([0, 0, 8, 1, 0, 0, 0x27, 0x10], "labels", labels: true).FileBytes);

    [TestMethod]
    [DataRow(new byte[] { }, "only 0 bytes")]
    [DataRow(new byte[] { 0, 0, 8 }, "only 3 bytes")]
    [DataRow(new byte[] { 0, 0, 8, 1, 0, 0, 0, 1 }, "magic 0x00000801")]
    [DataRow(new byte[] { 0, 0, 13, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1 }, "magic 0x00000D03")]
    [DataRow(new byte[] { 0x89, 0x50, 0x4E, 0x47, 0, 0, 0, 0 }, "magic 0x89504E47")]
    [DataRow(new byte[] { 0, 0, 8, 3, 0, 0, 0, 1 }, "only 8 bytes")]
    [DataRow(new byte[] { 0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1 }, "0 as dimension 0")]
    [DataRow(new byte[] { 0, 0, 8, 3, 0, 0, 0, 1, 0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF }, "2147483647 as dimension 2")]
    public void What_is_no_file_of_images_is_refused_with_what_was_found(byte[] start, string found)
    {
        var error = Assert.ThrowsExactly<DatasetFormatException>(() => IdxHeader.Read(start, "raw/x/train-images", labels: false));

        StringAssert.StartsWith(error.Message, "raw/x/train-images: expected ");
        StringAssert.Contains(error.Message, "found " + found);
    }

    [TestMethod]
    public void Images_where_labels_should_be_are_refused() =>
        Assert.ThrowsExactly<DatasetFormatException>(() => IdxHeader.Read([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1], "labels", labels: true));
}
