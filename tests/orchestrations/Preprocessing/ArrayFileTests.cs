using DurableMl.Onnx;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Preprocessing;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Preprocessing;

[TestClass]
public sealed class ArrayFileTests
{
    [TestMethod]
    [DataRow("<f4", "FP32", 4)]
    [DataRow("<f8", "FP64", 8)]
    [DataRow("<f2", "FP16", 2)]
    [DataRow("<i8", "INT64", 8)]
    [DataRow("<i4", "INT32", 4)]
    [DataRow("<i2", "INT16", 2)]
    [DataRow("|i1", "INT8", 1)]
    [DataRow("|u1", "UINT8", 1)]
    [DataRow("<u2", "UINT16", 2)]
    [DataRow("<u4", "UINT32", 4)]
    [DataRow("<u8", "UINT64", 8)]
    [DataRow("|b1", "BOOL", 1)]
    public void Every_usual_type_is_read(string numpy, string datatype, int size)
    {
        byte[] elements = [.. Enumerable.Range(0, 6 * size).Select(i => (byte)i)];
        TensorValue array = ArrayFile.Read(NumPyFile.Npy(numpy, elements, 3, 2), "sample").Single();

        Assert.AreEqual((ArrayFile.Unnamed, datatype), (array.Name, array.Type.Name));
        CollectionAssert.AreEqual(new long[] { 3, 2 }, array.Shape.ToArray());
        CollectionAssert.AreEqual(elements, array.Data.ToArray());
    }

    [TestMethod]
    public void An_archive_s_arrays_have_their_names_and_order()
    {
        byte[] file = NumPyFile.Npz(("b/x:0", NumPyFile.Npy<float>("<f4", [1], 1)), ("a", NumPyFile.Npy<long>("<i8", [2])));

        IReadOnlyList<TensorValue> arrays = ArrayFile.Read(file, "sample");

        CollectionAssert.AreEqual(new[] { "b/x:0", "a" }, arrays.Select(array => array.Name).ToArray());
        Assert.IsEmpty(arrays[1].Shape, "a scalar");
    }

    [TestMethod]
    public void What_is_no_array_of_numbers_is_refused_with_its_role()
    {
        byte[] good = NumPyFile.Npy<float>("<f4", [1, 2], 2);
        foreach (byte[] file in (byte[][])["text"u8.ToArray(), good[..^1], NumPyFile.Npy<int>(">U1", [1], 1), NumPyFile.Npy<long>("|O8", [1], 1), NumPyFile.Npy<int>(">i4", [1], 1), NumPyFile.Zip(), NumPyFile.Npz(("a", good))[..^30]])
        {
            Assert.StartsWith("sample: ", Assert.ThrowsExactly<PermanentFailureException>(() => ArrayFile.Read(file, "sample")).Message);
        }
    }

    [TestMethod]
    public void An_archive_that_unpacks_to_more_than_the_limit_is_refused()
    {
        byte[] file = NumPyFile.Npz(("a", NumPyFile.Npy("<f4", new float[1000], 1000)), ("b", NumPyFile.Npy("<f4", new float[1000], 1000)));

        Assert.Contains("more than 8000 bytes", Assert.ThrowsExactly<PermanentFailureException>(() => ArrayFile.Read(file, "sample", limit: 8000)).Message);
    }
}
