using System.Runtime.InteropServices;
using DurableMl.Inference.Sessions;
using DurableMl.Inference.Tensors;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.ML.OnnxRuntime;

namespace Inference.Tests.Tensors;

[TestClass]
public sealed class MiniFloatTests
{
    private static readonly string[] Types = [.. MiniFloat.ByType.Keys.Order()];

    [TestMethod]
    [DataRow("FP8E4M3FN", 0x38, 1f)]
    [DataRow("FP8E4M3FN", 0x7E, 448f)]
    [DataRow("FP8E4M3FN", 0x01, 0.001953125f)]
    [DataRow("FP8E4M3FN", 0xFF, float.NaN)]
    [DataRow("FP8E4M3FNUZ", 0x7F, 240f)]
    [DataRow("FP8E4M3FNUZ", 0x80, float.NaN)]
    [DataRow("FP8E5M2", 0x7B, 57344f)]
    [DataRow("FP8E5M2", 0xFC, float.NegativeInfinity)]
    [DataRow("FP8E5M2FNUZ", 0xFF, -57344f)]
    [DataRow("FP8E8M0", 127, 1f)]
    [DataRow("FP8E8M0", 0xFF, float.NaN)]
    [DataRow("FP4E2M1", 0x7, 6f)]
    [DataRow("FP4E2M1", 0x9, -0.5f)]
    public void Codes_have_the_values_that_the_formats_definitions_give(string type, int code, float value) =>
        Assert.AreEqual(value, MiniFloat.ByType[type].ToSingle((byte)code));

    [TestMethod]
    public void Every_finite_value_is_read_back_as_its_own_code()
    {
        foreach (string type in Types)
        {
            for (int code = 0; code < 1 << TensorType.ByName[type].Bits; code++)
            {
                float value = MiniFloat.ByType[type].ToSingle((byte)code);
                if (float.IsFinite(value))
                {
                    Assert.IsTrue(MiniFloat.ByType[type].TryRound(value, out byte read) && read == code, $"{type} {code} {value} {read}");
                }
            }
        }
    }

    [TestMethod]
    public void Numbers_become_the_nearest_value_ties_to_the_even_code() =>
        Prop.ForAll((from type in Gen.Elements(Types) from mantissa in Gen.Choose(-1_000_000, 1_000_000) from exponent in Gen.Choose(-22, 12) select (type, value: mantissa * Math.Pow(2, exponent - 8))).ToArbitrary(), sample =>
        {
            MiniFloat format = MiniFloat.ByType[sample.type];
            (float Value, byte Code)[] all = [.. Enumerable.Range(0, 1 << TensorType.ByName[sample.type].Bits).Select(code => (format.ToSingle((byte)code), (byte)code)).Where(pair => float.IsFinite(pair.Item1))];
            if (!format.TryRound(sample.value, out byte read))
            {
                return sample.value > all.Max(pair => pair.Value) || sample.value < all.Min(pair => pair.Value);
            }

            double least = all.Min(pair => Math.Abs(pair.Value - sample.value));
            int tied = all.Where(pair => Math.Abs(pair.Value - sample.value) == least).Select(pair => pair.Value).Distinct().Count();
            return Math.Abs(format.ToSingle(read) - sample.value) == least && (tied == 1 || read % 2 == 0);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));

    [TestMethod]
    [DataRow("FP8E4M3FN")]
    [DataRow("FP8E4M3FNUZ")]
    [DataRow("FP8E5M2")]
    [DataRow("FP8E5M2FNUZ")]
    [DataRow("FP8E8M0")]
    [DataRow("INT4")]
    [DataRow("UINT4")]
    [DataRow("INT2")]
    [DataRow("UINT2")]
    public void ONNX_Runtime_reads_every_code_as_the_same_number(string name)
    {
        TensorType type = TensorType.ByName[name];
        using var folder = new TemporaryFolder();
        using ModelSession session = OnnxFile.Load(folder, new OnnxModel().Opset(25).Node("Cast", ["x"], ["y"], ("to", OnnxModel.Float)).Input("x", OnnxFile.ElementType(type), "n").Output("y", OnnxModel.Float, "n").ToArray());
        byte[] data = [.. Enumerable.Range(0, 256).Select(code => (byte)code)];
        PooledMemory memory = PooledMemory.Rent(data.Length);
        data.CopyTo(memory.Span);
        using var tensor = new Tensor("x", type, [256 * 8 / type.Bits], memory, memory.Address, data.Length);

        using OrtValue value = tensor.ToOrtValue();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(["x"], [value]);

        CollectionAssert.AreEqual(outputs[0].GetTensorDataAsSpan<float>().ToArray(), SmallNumbers.Values(tensor));
    }
}
