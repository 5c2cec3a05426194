using System.Text;
using DurableMl.Inference.Protocol;
using DurableMl.Inference.Routing;
using DurableMl.Onnx;

namespace Inference.Tests.Routing;

[TestClass]
public sealed class RowsTests
{
    [TestMethod]
    public void Rows_of_strings_of_different_lengths_are_taken_and_replaced()
    {
        using Tensor all = Strings("a", "bb", "", "dddd", "e", "f");
        using Tensor taken = Rows.Take(all, [2, 0]);
        using Tensor replaced = Rows.Replace(all, taken, [0, 1], 3);

        CollectionAssert.AreEqual(Strings("e", "f", "a", "bb").Data.ToArray(), taken.Data.ToArray());
        CollectionAssert.AreEqual(new long[] { 2, 2 }, taken.Shape);
        CollectionAssert.AreEqual(Strings("e", "f", "a", "bb", "e", "f").Data.ToArray(), replaced.Data.ToArray());
    }

    [TestMethod]
    public void Rows_of_another_width_or_type_are_refused()
    {
        using Tensor all = TensorOf.Floats("y", [2, 2], 1, 2, 3, 4);

        Assert.AreEqual(422, Assert.ThrowsExactly<InferenceException>(() => Rows.Replace(all, TensorOf.Floats("y", [1, 1], 9), [0], 2)).Status);
        Assert.AreEqual(422, Assert.ThrowsExactly<InferenceException>(() => Rows.Replace(all, TensorOf.Integers("y", [1, 2], 9, 9), [0], 2)).Status);
    }

    [TestMethod]
    public void What_has_not_one_row_per_example_is_named()
    {
        Assert.Contains("'y'", Assert.ThrowsExactly<InferenceException>(() => Rows.Require(TensorOf.Floats("y", [2], 1, 2), 3)).Message);
        Assert.Contains("'s'", Assert.ThrowsExactly<InferenceException>(() => Rows.Require(TensorOf.Floats("s", [], 1), 1)).Message);
    }

    private static Tensor Strings(params string[] values) => TensorOf.Make(
        "s", "BYTES", [values.Length / 2, 2], [.. values.SelectMany(value => (byte[])[.. InferClient.Bytes(value.Length), .. Encoding.ASCII.GetBytes(value)])]);
}
