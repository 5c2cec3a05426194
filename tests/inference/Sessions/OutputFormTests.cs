using System.Runtime.InteropServices;
using DurableMl.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace Inference.Tests.Sessions;

[TestClass]
public sealed class OutputFormTests
{
    private static readonly OutputForm Maps = new("y", OutputForm.ValueKind.MapPerRow, TensorType.ByName["FP32"], TensorType.ByName["INT64"], [], "seq(map(INT64,FP32))");

    [TestMethod]
    public void Maps_with_the_same_keys_become_one_matrix() =>
        CollectionAssert.AreEqual(new[] { "y.keys INT64 [2] 7,9", "y.values FP32 [2,2] 1,2,3,4" }, Parts(([7, 9], [1, 2]), ([7, 9], [3, 4])));

    [TestMethod]
    public void Maps_with_different_keys_are_no_matrix() =>
        Assert.AreEqual(RunFault.Outputs, Assert.ThrowsExactly<ModelRunException>(() => Parts(([7, 9], [1, 2]), ([7], [3]))).Fault);

    [TestMethod]
    [DataRow("y.keys", true)]
    [DataRow("y[12]", true)]
    [DataRow("y[0].values", false)]
    [DataRow("y", false)]
    [DataRow("y[]", false)]
    [DataRow("y[a]", false)]
    [DataRow("yes", false)]
    [DataRow("y.key", false)]
    public void Parts_have_names_of_their_own(string name, bool isPart) => Assert.AreEqual(isPart, OutputForm.IsPart(name, "y"));

    private static string[] Parts(params (long[] Keys, float[] Values)[] maps)
    {
        OnnxRuntimeEnvironment.EnsureCreated();
        OrtValue sequence = OrtValue.CreateSequence(maps.Select(map => OrtValue.CreateMap(map.Keys, map.Values)).ToList());
        var owner = new OrtMemory(sequence);
        var parts = new TensorList();
        try
        {
            Maps.AddTensors(parts, sequence, owner);
            owner.Release();

            // The parts outlive the sequence.
            return [.. parts.Select(part => $"{part.Name} {part.Type.Name} {TensorShape.Text(part.Shape)} {Text(part)}")];
        }
        finally
        {
            parts.ForEach(part => part.Dispose());
        }
    }

    private static string Text(Tensor tensor) => tensor.Type.Name == "INT64"
        ? string.Join(',', MemoryMarshal.Cast<byte, long>(tensor.Data).ToArray())
        : string.Join(',', MemoryMarshal.Cast<byte, float>(tensor.Data).ToArray());
}
