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
    private bool usesMl;

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

    /// <summary>Adds a node of ONNX's own domain.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="inputs">Names of its inputs.</param>
    /// <param name="outputs">Names of its outputs.</param>
    /// <param name="attributes">Attributes: a number, a text, numbers, texts, a type of <see cref="OnnxType"/>, or a graph.</param>
    public OnnxModel Node(string op, string[] inputs, string[] outputs, params (string Name, object Value)[] attributes) => AddNode("", op, inputs, outputs, attributes);

    /// <summary>Adds a node of the domain ai.onnx.ml, where the operators of classical models are, like <see cref="Node"/>.</summary>
    public OnnxModel MlNode(string op, string[] inputs, string[] outputs, params (string Name, object Value)[] attributes) => AddNode("ai.onnx.ml", op, inputs, outputs, attributes);

    /// <summary>Adds a float constant.</summary>
    public OnnxModel Initializer(string name, long[] shape, float[] values)
    {
        var tensor = new MemoryStream();
        foreach (long dimension in shape)
        {
            tensor.Number(1, (ulong)dimension);
        }

        tensor.Number(2, Float);
        tensor.Text(8, name);
        byte[] raw = new byte[values.Length * sizeof(float)];
        Buffer.BlockCopy(values, 0, raw, 0, raw.Length);
        tensor.Bytes(9, raw);
        graph.Message(5, tensor);
        return this;
    }

    /// <summary>Adds a float constant whose values lie in a file beside the model, from its beginning.</summary>
    public OnnxModel ExternalInitializer(string name, long[] shape, string location)
    {
        var tensor = new MemoryStream();
        foreach (long dimension in shape)
        {
            tensor.Number(1, (ulong)dimension);
        }

        tensor.Number(2, Float);
        tensor.Text(8, name);
        var entry = new MemoryStream();
        entry.Text(1, "location");
        entry.Text(2, location);
        tensor.Message(13, entry);
        tensor.Number(14, 1);
        graph.Message(5, tensor);
        return this;
    }

    /// <summary>Declares a graph input; a string dimension is symbolic, a number fixed.</summary>
    public OnnxModel Input(string name, int elementType, params object[] shape) => Value(11, name, OnnxType.Tensor(elementType, shape));

    /// <summary>Declares a graph input of any type.</summary>
    public OnnxModel Input(string name, byte[] type) => Value(11, name, type);

    /// <summary>Declares a graph output.</summary>
    public OnnxModel Output(string name, int elementType, params object[] shape) => Value(12, name, OnnxType.Tensor(elementType, shape));

    /// <summary>Declares a graph output of any type.</summary>
    public OnnxModel Output(string name, byte[] type) => Value(12, name, type);

    /// <summary>The model file.</summary>
    public byte[] ToArray()
    {
        var set = new MemoryStream();
        set.Number(2, (ulong)opset);
        var model = new MemoryStream();
        model.Number(1, 8);
        model.Message(7, Graph());
        model.Message(8, set);
        if (usesMl)
        {
            var ml = new MemoryStream();
            ml.Text(1, "ai.onnx.ml");
            ml.Number(2, 1);
            model.Message(8, ml);
        }

        return model.ToArray();
    }

    private MemoryStream Graph()
    {
        var named = new MemoryStream();
        named.Write(graph.ToArray());
        named.Text(2, "graph");
        return named;
    }

    private static MemoryStream Attribute(string name, object value)
    {
        // AttributeProto: the value's own field, and its kind in field 20.
        var attribute = new MemoryStream();
        attribute.Text(1, name);
        switch (value)
        {
            case int number:
                attribute.Number(3, (ulong)number);
                attribute.Number(20, 2);
                break;
            case string text:
                attribute.Text(4, text);
                attribute.Number(20, 3);
                break;
            case long[] numbers:
                Array.ForEach(numbers, number => attribute.Number(8, (ulong)number));
                attribute.Number(20, 7);
                break;
            case string[] texts:
                Array.ForEach(texts, text => attribute.Text(9, text));
                attribute.Number(20, 8);
                break;
            case OnnxModel body:
                attribute.Message(6, body.Graph());
                attribute.Number(20, 5);
                break;
            case byte[] type:
                attribute.Bytes(14, type);
                attribute.Number(20, 13);
                break;
            default:
                throw new NotSupportedException(value.GetType().Name);
        }

        return attribute;
    }

    private OnnxModel AddNode(string domain, string op, string[] inputs, string[] outputs, (string Name, object Value)[] attributes)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(attributes);
        var node = new MemoryStream();
        foreach (string input in inputs)
        {
            node.Text(1, input);
        }

        foreach (string output in outputs)
        {
            node.Text(2, output);
        }

        node.Text(4, op);
        foreach ((string name, object value) in attributes)
        {
            node.Message(5, Attribute(name, value));
        }

        node.Text(7, domain);
        usesMl |= domain.Length > 0;
        graph.Message(1, node);
        return this;
    }

    private OnnxModel Value(int field, string name, byte[] type)
    {
        var value = new MemoryStream();
        value.Text(1, name);
        value.Bytes(2, type);
        graph.Message(field, value);
        return this;
    }
}
