using System.Runtime.InteropServices;
using System.Text;
using DurableMl.Inference.Protocol;
using DurableMl.Onnx;

namespace Inference.Tests.Protocol;

[TestClass]
public sealed class InferRequestJsonTests
{
    [TestMethod]
    public void A_request_has_every_input_in_its_own_type() => Assert.AreEqual(
        """{"inputs":[{"name":"x","datatype":"FP16","shape":[1,2],"data":[0.5,-1]},{"name":"n","datatype":"UINT8","shape":[],"data":[200]},{"name":"b","datatype":"BOOL","shape":[1],"data":[true]}]}""",
        Encoding.UTF8.GetString(InferRequestJson.Write([Of("x", "FP16", [1, 2], (Half)0.5, (Half)(-1)), Of("n", "UINT8", [], (byte)200), Of("b", "BOOL", [1], true)])!));

    [TestMethod]
    public void What_JSON_cannot_carry_gives_none()
    {
        Assert.IsNull(InferRequestJson.Write([Of("x", "FP32", [2], 1, float.PositiveInfinity)]));
        Assert.IsNull(InferRequestJson.Write([Of("x", "FP64", [1], double.PositiveInfinity)]));
    }

    private static TensorValue Of<T>(string name, string type, long[] shape, params T[] values)
        where T : unmanaged => new(name, TensorType.ByName[type], shape, MemoryMarshal.AsBytes<T>(values).ToArray());
}
