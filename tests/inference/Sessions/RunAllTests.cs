using System.Runtime.InteropServices;
using DurableMl.Onnx;
using DurableMl.Registry;

namespace Inference.Tests.Sessions;

[TestClass]
public sealed class RunAllTests
{
    private const int Int64 = 7;
    private const int Bool = 9;
    private const int Half = 10;
    private const int Double = 11;

    [TestMethod]
    public void All_inputs_are_given_and_all_outputs_come_back_in_the_model_s_order()
    {
        using var folder = new TemporaryFolder();
        using ModelSession session = Load(folder, new OnnxModel()
            .Node("Add", ["d", "d"], ["e"]).Node("Add", ["n", "n"], ["m"]).Node("Not", ["b"], ["c"]).Node("Neg", ["h"], ["g"])
            .Input("d", Double, 2).Input("n", Int64).Input("b", Bool, 2).Input("h", Half, 1)
            .Output("e", Double, 2).Output("m", Int64).Output("c", Bool, 2).Output("g", Half, 1));

        IReadOnlyList<TensorValue> outputs = session.RunAll(
        [
            Of("b", "BOOL", [2], true, false), Of("h", "FP16", [1], (System.Half)1.5), Of("n", "INT64", [], 21L), Of("d", "FP64", [2], 0.5, 2),
        ]);

        Assert.AreEqual("e FP64 [2], m INT64 [], c BOOL [2], g FP16 [1]", string.Join(", ", outputs.Select(output => $"{output.Name} {output.Type.Name} [{string.Join(',', output.Shape)}]")));
        CollectionAssert.AreEqual(new double[] { 1, 4 }, MemoryMarshal.Cast<byte, double>(outputs[0].Data.Span).ToArray());
        Assert.AreEqual(42, MemoryMarshal.Read<long>(outputs[1].Data.Span));
        CollectionAssert.AreEqual(new byte[] { 0, 1 }, outputs[2].Data.ToArray());
        Assert.AreEqual((System.Half)(-1.5), MemoryMarshal.Read<System.Half>(outputs[3].Data.Span));
    }

    [TestMethod]
    public void Inputs_that_the_model_does_not_take_are_an_invalid_model()
    {
        using var folder = new TemporaryFolder();
        using ModelSession session = Load(folder, new OnnxModel().Node("Neg", ["x"], ["y"]).Input("x", OnnxModel.Float, "batch", 2).Output("y", OnnxModel.Float, "batch", 2));

        Assert.ThrowsExactly<InvalidModelException>(() => session.RunAll([Of("x", "FP32", [1, 3], 1f, 2, 3)]));
        Assert.ThrowsExactly<InvalidModelException>(() => session.RunAll([Of("z", "FP32", [1, 2], 1f, 2)]));
    }

    private static ModelSession Load(TemporaryFolder folder, OnnxModel model)
    {
        File.WriteAllBytes(folder["model.onnx"], model.ToArray());
        return ModelSession.Load(folder["model.onnx"]);
    }

    private static TensorValue Of<T>(string name, string type, long[] shape, params T[] values)
        where T : unmanaged => new(name, TensorType.ByName[type], shape, MemoryMarshal.AsBytes<T>(values).ToArray());
}
