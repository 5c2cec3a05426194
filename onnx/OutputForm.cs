using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Onnx;

/// <summary>
/// What an output of a graph is, and the tensors that carry it: one tensor of its name, or, as scikit-learn's exporter gives them, a sequence
/// (<c>y[0]</c>, <c>y[1]</c>, …) or a map of numbers for each row (<c>y.keys</c>, and a matrix <c>y.values</c>).
/// </summary>
/// <param name="Name">Its name in the graph.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Element">The tensors' element type, or the maps' value type.</param>
/// <param name="Key">The maps' key type.</param>
/// <param name="Shape">The tensor's shape, -1 where any size will do; empty for what is no tensor.</param>
/// <param name="Datatype">Its type in metadata: <c>FP32</c>, <c>seq(FP32)</c>, <c>seq(map(INT64,FP32))</c>.</param>
internal sealed partial record OutputForm(string Name, OutputForm.ValueKind Kind, TensorType Element, TensorType? Key, long[] Shape, string Datatype)
{
    internal enum ValueKind
    {
        Tensor,
        Sequence,
        MapPerRow,
    }

    /// <summary>Its description in metadata.</summary>
    public TensorSpec Spec => new(Name, Datatype, Shape) { Role = Kind == ValueKind.Sequence ? null : RoleOf(Shape) };

    /// <summary>The name of the tensor with a number, label or scores for each row, if there is one.</summary>
    public string Carrier => Kind == ValueKind.MapPerRow ? Values(Name) : Name;

    /// <summary>What the tensor that carries it says of each row of input; null where that is not to be seen.</summary>
    /// <param name="shape">The tensor's shape.</param>
    public OutputRole? RoleOf(ReadOnlySpan<long> shape) =>
        Kind == ValueKind.MapPerRow ? (Element.IsFloat ? OutputRole.Scores : null) : RoleOf(Element, shape);

    /// <summary>What a tensor says of each row by its type and shape; the first dimension counts rows.</summary>
    public static OutputRole? RoleOf(TensorType type, ReadOnlySpan<long> shape)
    {
        bool isOne = shape is [_] or [_, 1];
        return type.IsFloat
            ? (isOne ? OutputRole.Value : shape.Length == 2 ? OutputRole.Scores : null)
            : (isOne ? OutputRole.Label : null);
    }

    public static string Item(string value, int index) => string.Create(CultureInfo.InvariantCulture, $"{value}[{index}]");

    public static string Keys(string value) => value + ".keys";

    public static string Values(string value) => value + ".values";

    /// <summary>Whether a tensor of this name carries a part of <paramref name="value"/>.</summary>
    public static bool IsPart(string tensor, string value) => tensor.StartsWith(value, StringComparison.Ordinal) && Part().IsMatch(tensor.AsSpan(value.Length));

    /// <exception cref="InvalidModelException">The protocol has no form for it.</exception>
    public static OutputForm Of(string name, NodeMetadata node)
    {
        NodeMetadata element = node.OnnxValueType == OnnxValueType.ONNX_TYPE_SEQUENCE ? node.AsSequenceMetadata().ElementMeta : node;
        if (element == node)
        {
            TensorType tensor = ElementOf(name, node);
            return new(name, ValueKind.Tensor, tensor, null, Array.ConvertAll(node.Dimensions, d => (long)d), tensor.Name);
        }

        if (element.OnnxValueType == OnnxValueType.ONNX_TYPE_TENSOR)
        {
            TensorType item = ElementOf(name, element);
            return new(name, ValueKind.Sequence, item, null, [], $"seq({item.Name})");
        }

        MapMetadata map = element.OnnxValueType == OnnxValueType.ONNX_TYPE_MAP ? element.AsMapMetadata() : throw Unknown(name, element);
        TensorType key = TensorType.Of(map.KeyDataType) ?? throw Unknown(name, element);
        TensorType value = ElementOf(name, map.ValueMetadata);
        return new(name, ValueKind.MapPerRow, value, key, [], $"seq(map({key.Name},{value.Name}))");
    }

    /// <summary>The element type of a tensor.</summary>
    /// <exception cref="InvalidModelException">It is no tensor, or its element type is none of the protocol's.</exception>
    public static TensorType ElementOf(string name, NodeMetadata node) =>
        node.OnnxValueType != OnnxValueType.ONNX_TYPE_TENSOR
            ? throw Unknown(name, node)
            : TensorType.Of(node.ElementDataType)
                ?? throw new InvalidModelException($"'{name}' has the element type {node.ElementDataType}, which is not served. Cast it to one of {string.Join(", ", TensorType.ByName.Keys.Order())} in the model.");

    /// <summary>Adds the tensors that carry a value: one of shape [0], under the output's own name, for an empty sequence.</summary>
    /// <param name="outputs">Receives the tensors.</param>
    /// <param name="value">One of <paramref name="owner"/>'s values.</param>
    /// <param name="owner">What the run returned.</param>
    /// <exception cref="ModelRunException">The maps of different rows have different keys.</exception>
    public void AddTensors(TensorList outputs, OrtValue value, OrtMemory owner)
    {
        switch (Kind)
        {
            case ValueKind.Tensor:
                outputs.Add(Tensor.FromOrtValue(Name, value, owner));
                break;
            case ValueKind.Sequence when value.GetValueCount() == 0:
                outputs.Add(Tensor.Copy(Name, Element, [0], []));
                break;
            case ValueKind.Sequence:
                for (int i = 0; i < value.GetValueCount(); i++)
                {
                    outputs.Add(Member(Item(Name, i), value, i));
                }

                break;
            case ValueKind.MapPerRow:
                AddMaps(outputs, value);
                break;
        }
    }

    [GeneratedRegex(@"\A(?:\[[0-9]+\]|\.keys|\.values)\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Part();

    private void AddMaps(TensorList outputs, OrtValue value)
    {
        using TensorList keys = [];
        using TensorList values = [];
        for (int i = 0; i < value.GetValueCount(); i++)
        {
            using OrtValue map = value.GetValue(i, OrtAllocator.DefaultInstance);
            keys.Add(Member(Keys(Name), map, 0));
            values.Add(Member(Values(Name), map, 1));
            if (!keys[i].Data.SequenceEqual(keys[0].Data))
            {
                throw new ModelRunException(RunFault.Outputs, $"The maps of '{Name}' have different keys in different rows, so that they are no matrix.");
            }
        }

        outputs.Add(keys.Count == 0 ? Tensor.Copy(Keys(Name), Key!, [0], []) : keys[0].Share());
        outputs.Add(values.Count == 0 ? Tensor.Copy(Values(Name), Element, [0, 0], []) : Tensor.Concatenate(values[0], [values.Count, .. values[0].Shape], values));
    }

    // A member of a sequence or map is a value of its own, which its tensor then owns.
    private static Tensor Member(string name, OrtValue of, int index)
    {
        OrtValue member = of.GetValue(index, OrtAllocator.DefaultInstance);
        var owner = new OrtMemory(member);
        try
        {
            return Tensor.FromOrtValue(name, member, owner);
        }
        finally
        {
            owner.Release();
        }
    }

    private static InvalidModelException Unknown(string name, NodeMetadata node) =>
        new($"'{name}' is of ONNX's kind {node.OnnxValueType.ToString().Replace("ONNX_TYPE_", "", StringComparison.Ordinal).ToLowerInvariant()}, which is not served: inputs are tensors, outputs tensors, or sequences of tensors or maps.");
}
