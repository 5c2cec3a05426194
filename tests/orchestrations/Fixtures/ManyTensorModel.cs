namespace Orchestrations.Tests.Fixtures;

/// <summary>A model of three inputs and outputs of different types: y = x + x (FP32, [batch, 2]), m = n + n (INT64, [batch]), f = not b (BOOL, [batch]).</summary>
internal static class ManyTensorModel
{
    private const int Int64 = 7;
    private const int Bool = 9;

    public static byte[] Create() => new OnnxModel()
        .Node("Add", ["x", "x"], ["y"])
        .Node("Add", ["n", "n"], ["m"])
        .Node("Not", ["b"], ["f"])
        .Input("x", OnnxModel.Float, "batch", 2)
        .Input("n", Int64, "batch")
        .Input("b", Bool, "batch")
        .Output("y", OnnxModel.Float, "batch", 2)
        .Output("m", Int64, "batch")
        .Output("f", Bool, "batch")
        .ToArray();

    public static byte[] Sample() => NumPyFile.Npz(
        ("n", NumPyFile.Npy<long>("<i8", [5, 6], 2)), ("b", NumPyFile.Npy("|b1", [true, false], 2)), ("x", NumPyFile.Npy<float>("<f4", [1, 2, 3, 4], 2, 2)));

    public static byte[] Answer(float last = 8, long second = 12) => NumPyFile.Npz(
        ("y", NumPyFile.Npy<float>("<f4", [2, 4, 6, last], 2, 2)), ("m", NumPyFile.Npy<long>("<i8", [10, second], 2)), ("f", NumPyFile.Npy("|b1", [false, true], 2)));
}
