using DurableMl.Orchestrations.Preprocessing;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Preprocessing;

[TestClass]
public class ArrayHeaderTests
{
    [TestMethod]
    public void The_header_of_MNISTs_training_images_is_read()
    {
        ArrayHeader header = ArrayHeader.Read([0, 0, 8, 3, 0, 0, 0xEA, 0x60, 0, 0, 0, 28, 0, 0, 0, 28], "images", labels: false);

        CollectionAssert.AreEqual(new[] { 60_000, 28, 28 }, header.Dimensions.ToArray());
        Assert.AreEqual(784, header.ExampleBytes);
        Assert.AreEqual(47_040_016, header.FileBytes);
    }

    [TestMethod]
    public void The_header_of_labels_is_read() =>
        Assert.AreEqual(10_008, ArrayHeader.Read([0, 0, 8, 1, 0, 0, 0x27, 0x10], "labels", labels: true).FileBytes);

    [TestMethod]
    [DataRow(new byte[] { }, "only 0 bytes")]
    [DataRow(new byte[] { 0, 0, 8 }, "only 3 bytes")]
    [DataRow(new byte[] { 0, 0, 8, 1, 0, 0, 0, 1 }, "1 dimensions of UInt8")]
    [DataRow(new byte[] { 0, 0, 10, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1 }, "magic 0x00000A03")]
    [DataRow(new byte[] { 0x89, 0x50, 0x4E, 0x47, 0, 0, 0, 0 }, "magic 0x89504E47")]
    [DataRow(new byte[] { 0, 0, 8, 3, 0, 0, 0, 1 }, "only 8 bytes")]
    [DataRow(new byte[] { 0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1 }, "0 as dimension 0")]
    [DataRow(new byte[] { 0, 0, 8, 3, 0, 0, 0, 1, 0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF }, "2147483647 as dimension 2")]
    public void What_is_no_file_of_images_is_refused_with_what_was_found(byte[] start, string found)
    {
        var error = Assert.ThrowsExactly<DatasetFormatException>(() => ArrayHeader.Read(start, "raw/x/train-images", labels: false));

        StringAssert.StartsWith(error.Message, "raw/x/train-images: expected ");
        StringAssert.Contains(error.Message, "found " + found);
    }

    [TestMethod]
    public void Images_where_labels_should_be_are_refused() =>
        Assert.ThrowsExactly<DatasetFormatException>(() => ArrayHeader.Read([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2], "labels", labels: true));

    [TestMethod]
    public void A_column_of_a_column_major_array_has_its_place_in_each_example()
    {
        // As numpy.arange(6).reshape(2, 3).ravel(order="F") has them.
        var header = new ArrayHeader(ElementType.UInt8, IsBigEndian: false, [5, 2, 3], 0);

        CollectionAssert.AreEqual(new[] { 0, 3, 1, 4, 2, 5 }, Enumerable.Range(0, 6).Select(header.RowMajorPlace).ToArray());
    }

    [TestMethod]
    [DataRow((byte)0x08, ElementType.UInt8, "C8", 200.0)]
    [DataRow((byte)0x09, ElementType.Int8, "C8", -56.0)]
    [DataRow((byte)0x0B, ElementType.Int16, "FFFE", -2.0)]
    [DataRow((byte)0x0C, ElementType.Int32, "00010000", 65536.0)]
    [DataRow((byte)0x0D, ElementType.Float32, "3FC00000", 1.5)]
    [DataRow((byte)0x0E, ElementType.Float64, "BFF8000000000000", -1.5)]
    public void Every_type_of_IDX_is_read_big_endian(byte code, ElementType element, string bytes, double number)
    {
        ArrayHeader header = ArrayHeader.Read([0, 0, code, 2, 0, 0, 0, 1, 0, 0, 0, 1], "a", labels: false);

        Assert.AreEqual(element, header.Element);
        Assert.AreEqual(number, Number(header, bytes));
    }

    [TestMethod]
    [DataRow("|b1", "01", 1.0)]
    [DataRow("|u1", "C8", 200.0)]
    [DataRow("|i1", "C8", -56.0)]
    [DataRow("<u2", "FEFF", 65534.0)]
    [DataRow(">i2", "FFFE", -2.0)]
    [DataRow("<u4", "FEFFFFFF", 4294967294.0)]
    [DataRow("<i4", "FEFFFFFF", -2.0)]
    [DataRow(">u8", "0000000000000102", 258.0)]
    [DataRow("<i8", "FEFFFFFFFFFFFFFF", -2.0)]
    [DataRow("<f2", "003E", 1.5)]
    [DataRow(">f4", "3FC00000", 1.5)]
    [DataRow("<f8", "000000000000F8BF", -1.5)]
    public void Every_numeric_type_of_NumPy_is_read_in_its_order(string type, string bytes, double number) =>
        Assert.AreEqual(number, Number(ArrayHeader.Read(NumPyFile.Npy<byte>(type, [], 1, 1), "a.npy", labels: false), bytes));

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public void All_versions_of_the_npy_format_are_read(int version)
    {
        byte[] file = NumPyFile.Npy<byte>("|u1", [], 5, 2);
        if (version > 1)
        {
            file = [.. file[..6], (byte)version, 0, file[8], file[9], 0, 0, .. file[10..]];
        }

        ArrayHeader header = ArrayHeader.Read(file, "a.npy", labels: false);

        Assert.AreEqual(file.Length, header.HeaderBytes);
        CollectionAssert.AreEqual(new[] { 5, 2 }, header.Dimensions.ToArray());
    }

    [TestMethod]
    [DataRow("|O", "not object")]
    [DataRow("<U4", "NumPy's type <U4")]
    [DataRow("<c8", "expected an array of numbers")]
    public void Types_that_are_no_numbers_are_named(string type, string said) => Assert.Contains(
        said, Assert.ThrowsExactly<DatasetFormatException>(() => ArrayHeader.Read(NumPyFile.Npy<byte>(type, [], 1, 1), "raw/x/a.npy", labels: false)).Message);

    [TestMethod]
    public void Labels_have_one_dimension_or_are_a_column()
    {
        Assert.AreEqual(3, ArrayHeader.Read(NumPyFile.Npy<byte>("<i8", [], 3), "y", labels: true).Count);
        Assert.AreEqual(3, ArrayHeader.Read(NumPyFile.Npy<byte>("<f4", [], 3, 1), "y", labels: true).Count);
        Assert.ThrowsExactly<DatasetFormatException>(() => ArrayHeader.Read(NumPyFile.Npy<byte>("<i8", [], 3, 2), "y", labels: true));
    }

    private static double Number(ArrayHeader header, string bytes)
    {
        byte[] element = Convert.FromHexString(bytes);
        header.ToNativeOrder(element);
        var numbers = new double[1];
        header.ToNumbers(element, numbers);
        return numbers[0];
    }
}
