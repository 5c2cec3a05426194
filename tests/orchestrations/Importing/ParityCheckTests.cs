using System.Runtime.InteropServices;
using DurableMl.Onnx;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Importing;

namespace Orchestrations.Tests.Importing;

[TestClass]
public sealed class ParityCheckTests
{
    private static readonly ParityCheck Check = new(0.01);

    [TestMethod]
    public void Floats_may_differ_by_the_tolerance_relative_or_absolute()
    {
        Assert.AreEqual(0.5, Check.Compare([Of("FP64", 100.0, 0)], [Of("FP64", 100.5, 0.005)]), 1e-9);
        Assert.AreEqual(0.005, Check.Compare([Of("FP32", 0f)], [Of("FP32", 0.005f)]), 1e-6);
        Assert.AreEqual(0.0078125, Check.Compare([Of("FP16", (Half)1)], [Of("FP16", (Half)1.0078125)]));
    }

    [TestMethod]
    public void NaN_equals_NaN_and_infinity_the_same_infinity()
    {
        float[] values = [float.NaN, float.PositiveInfinity, float.NegativeInfinity];

        Assert.AreEqual(0, Check.Compare([Of("FP32", values)], [Of("FP32", values)]));
    }

    [TestMethod]
    [DataRow(1f, float.NaN)]
    [DataRow(float.NaN, 1f)]
    [DataRow(float.PositiveInfinity, float.NegativeInfinity)]
    [DataRow(float.PositiveInfinity, 1f)]
    [DataRow(1f, 1.5f)]
    public void A_value_that_is_off_is_named_with_its_output_and_place(float expected, float actual)
    {
        TensorValue wanted = Of("FP32", 0, 0, 0, expected) with { Shape = [2, 2] };
        TensorValue given = Of("FP32", 0, 0, 0, actual) with { Shape = [2, 2] };

        Assert.Contains("output 'out' at [1, 1] is", Assert.ThrowsExactly<PermanentFailureException>(() => Check.Compare([Of("FP32", 1f), wanted], [Of("FP32", 1f), given])).Message);
    }

    [TestMethod]
    public void Whole_numbers_and_booleans_are_compared_exactly()
    {
        Assert.AreEqual(0, Check.Compare([Of("INT64", 1_000_000L), Of("BOOL", true)], [Of("INT64", 1_000_000L), Of("BOOL", true)]));
        Assert.Contains("at [1] is -2 instead of -1", Message(Of("INT64", 5L, -1), Of("INT64", 5L, -2)));
        Assert.Contains("at [0] is 255 instead of 254", Message(Of("UINT8", (byte)254), Of("UINT8", (byte)255)));
        Assert.Contains("at [1] is false instead of true", Message(Of("BOOL", true, true), Of("BOOL", true, false)));
    }

    [TestMethod]
    public void Types_and_shapes_must_be_the_same()
    {
        Assert.Contains("is of FP64 instead of FP32", Message(Of("FP32", 1f), Of("FP64", 1.0)));
        Assert.Contains("is of shape [2] instead of [2, 1]", Message(Of("FP32", 1f, 2) with { Shape = [2, 1] }, Of("FP32", 1f, 2)));
    }

    private static string Message(TensorValue expected, TensorValue actual) => Assert.ThrowsExactly<PermanentFailureException>(() => Check.Compare([expected], [actual])).Message;

    private static TensorValue Of<T>(string type, params T[] values)
        where T : unmanaged => new("out", TensorType.ByName[type], [values.Length], MemoryMarshal.AsBytes<T>(values).ToArray());
}
