using System.Text;

namespace DurableMl.Tests.Support;

/// <summary>
/// Writes small ONNX models without any ONNX library: the few protobuf messages of onnx.proto3 that a graph needs.
/// Element types are ONNX's TensorProto.DataType numbers: 1 float, 6 int32, 7 int64, 8 string, 9 bool, 10 float16, 11 double, …
/// </summary>
public sealed class OnnxModel
{
    /// <summary>TensorProto.DataType.FLOAT.</summary>
    public const int Float = 1;

    private readonly MemoryStream graph = new();
    private int opset = 17;

    /// <summary>One node, y = op(x), of one element type and shape; a string dimension is symbolic.</summary>
    public static byte[] Unary(string op, int elementType, params object[] shape) =>
        new OnnxModel().Node(op, ["x"], ["y"]).Input("x", elementType, shape).Output("y", elementType, shape).ToArray();

    /// <summary>y = x + constant, FP32, [batch, width]: tells versions apart by what they answer.</summary>
    public static byte[] Add(float constant, int width = 4) =>
        new OnnxModel()
            .Node("Add", ["x", "c"], ["y"])
            .Initializer("c", [1], [constant])
            .Input("x", Float, "batch", width)
            .Output("y", Float, "batch", width)
            .ToArray();

    /// <summary>scores = x · weights, FP32, [batch, rows] to [batch, columns]: a linear classifier.</summary>
    public static byte[] Linear(float[,] weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return new OnnxModel()
            .Node("MatMul", ["x", "w"], ["scores"])
            .Initializer("w", [weights.GetLength(0), weights.GetLength(1)], [.. weights.Cast<float>()])
            .Input("x", Float, "batch", weights.GetLength(0))
            .Output("scores", Float, "batch", weights.GetLength(1))
            .ToArray();
    }

    /// <summary>The operator set to declare; 17 unless told.</summary>
    public OnnxModel Opset(int version)
    {
        opset = version;
        return this;
    }

    /// <summary>Adds a node without attributes.</summary>
    public OnnxModel Node(string op, string[] inputs, string[] outputs)
    {
        var node = new MemoryStream();
        foreach (string input in inputs)
        {
            Text(node, 1, input);
        }

        foreach (string output in outputs)
        {
            Text(node, 2, output);
        }

        Text(node, 4, op);
        Message(graph, 1, node);
        return this;
    }

    /// <summary>Adds a float constant.</summary>
    public OnnxModel Initializer(string name, long[] shape, float[] values)
    {
        var tensor = new MemoryStream();
        foreach (long dimension in shape)
        {
            Number(tensor, 1, (ulong)dimension);
        }

        Number(tensor, 2, Float);
        Text(tensor, 8, name);
        byte[] raw = new byte[values.Length * sizeof(float)];
        Buffer.BlockCopy(values, 0, raw, 0, raw.Length);
        Bytes(tensor, 9, raw);
        Message(graph, 5, tensor);
        return this;
    }

    /// <summary>Adds a float constant whose values lie in a file beside the model, from its beginning.</summary>
    public OnnxModel ExternalInitializer(string name, long[] shape, string location)
    {
        var tensor = new MemoryStream();
        foreach (long dimension in shape)
        {
            Number(tensor, 1, (ulong)dimension);
        }

        Number(tensor, 2, Float);
        Text(tensor, 8, name);
        var entry = new MemoryStream();
        Text(entry, 1, "location");
        Text(entry, 2, location);
        Message(tensor, 13, entry);
        Number(tensor, 14, 1);
        Message(graph, 5, tensor);
        return this;
    }

    /// <summary>Declares a graph input; a string dimension is symbolic, a number fixed.</summary>
    public OnnxModel Input(string name, int elementType, params object[] shape) => Value(11, name, elementType, shape);

    /// <summary>Declares a graph output.</summary>
    public OnnxModel Output(string name, int elementType, params object[] shape) => Value(12, name, elementType, shape);

    /// <summary>The model file.</summary>
    public byte[] ToArray()
    {
        var named = new MemoryStream();
        named.Write(graph.ToArray());
        Text(named, 2, "graph");
        var set = new MemoryStream();
        Number(set, 2, (ulong)opset);
        var model = new MemoryStream();
        Number(model, 1, 8);
        Message(model, 7, named);
        Message(model, 8, set);
        return model.ToArray();
    }

    private static void Number(MemoryStream to, int field, ulong value)
    {
        Varint(to, (ulong)(field << 3));
        Varint(to, value);
    }

    private static void Text(MemoryStream to, int field, string value) => Bytes(to, field, Encoding.UTF8.GetBytes(value));

    private static void Message(MemoryStream to, int field, MemoryStream value) => Bytes(to, field, value.ToArray());

    private static void Bytes(MemoryStream to, int field, byte[] value)
    {
        Varint(to, (ulong)((field << 3) | 2));
        Varint(to, (ulong)value.Length);
        to.Write(value);
    }

    private static void Varint(MemoryStream to, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            to.WriteByte((byte)(value | 0x80));
        }

        to.WriteByte((byte)value);
    }

    private OnnxModel Value(int field, string name, int elementType, object[] shape)
    {
        var dimensions = new MemoryStream();
        foreach (object size in shape)
        {
            var dimension = new MemoryStream();
            if (size is string symbol)
            {
                Text(dimension, 2, symbol);
            }
            else
            {
                Number(dimension, 1, Convert.ToUInt64(size, System.Globalization.CultureInfo.InvariantCulture));
            }

            Message(dimensions, 1, dimension);
        }

        var tensor = new MemoryStream();
        Number(tensor, 1, (ulong)elementType);
        Message(tensor, 2, dimensions);
        var type = new MemoryStream();
        Message(type, 1, tensor);
        var value = new MemoryStream();
        Text(value, 1, name);
        Message(value, 2, type);
        Message(graph, field, value);
        return this;
    }
}
