using System.Globalization;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Inference.Sessions;

/// <summary>
/// What an output of a graph is, and the tensors that carry it: one tensor of its name, or, as scikit-learn's exporter gives them, a sequence
/// (<c>y[0]</c>, <c>y[1]</c>, …), a map (<c>y.keys</c>, <c>y.values</c>) or a map for each row (the same with a matrix of values, or
/// <c>y[0].keys</c>, <c>y[0].values</c>, … where the keys differ).
/// </summary>
/// <param name="Name">Its name in the graph.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Element">The tensors' element type, or the maps' value type.</param>
/// <param name="Key">The maps' key type.</param>
/// <param name="Shape">The tensor's shape, -1 where any size will do; empty for what is no tensor.</param>
/// <param name="Datatype">Its type in metadata: <c>FP32</c>, <c>seq(FP32)</c>, <c>seq(map(INT64,FP32))</c>.</param>
internal sealed record OutputForm(string Name, OutputForm.ValueKind Kind, TensorType Element, TensorType? Key, long[] Shape, string Datatype)
{
    internal enum ValueKind
    {
        Tensor,
        Sequence,
        Map,
        MapPerRow,
    }

    /// <summary>Its description in metadata.</summary>
    public TensorSpec Spec => new(Name, Datatype, Shape) { Role = Role };

    /// <summary>What it says of each row of input; null where that is not to be seen.</summary>
    public OutputRole? Role => Kind switch
    {
        ValueKind.Tensor => RoleOf(Element, Shape),
        ValueKind.MapPerRow when Element.IsFloat => OutputRole.Scores,
        _ => null,
    };

    /// <summary>The name of the tensor with a number, label or scores for each row, if there is one.</summary>
    public string Carrier => Kind == ValueKind.MapPerRow ? Values(Name) : Name;

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
    public static bool IsPart(string tensor, string value)
    {
        if (!tensor.StartsWith(value, StringComparison.Ordinal))
        {
            return false;
        }

        string part = tensor[value.Length..];
        int end = part.StartsWith('[') ? part.IndexOf(']', StringComparison.Ordinal) : -1;
        bool isElement = end > 1 && part.AsSpan(1, end - 1).IndexOfAnyExceptInRange('0', '9') < 0;
        return part is ".keys" or ".values" || (isElement && part[(end + 1)..] is "" or ".keys" or ".values");
    }

    /// <exception cref="InvalidModelException">The protocol has no form for it.</exception>
    public static OutputForm Of(string name, NodeMetadata node)
    {
        switch (node.OnnxValueType)
        {
            case OnnxValueType.ONNX_TYPE_TENSOR:
                TensorType type = ElementOf(name, node);
                return new(name, ValueKind.Tensor, type, null, Array.ConvertAll(node.Dimensions, d => (long)d), type.Name);
            case OnnxValueType.ONNX_TYPE_SEQUENCE:
                OutputForm element = Of(name, node.AsSequenceMetadata().ElementMeta);
                ValueKind kind = element.Kind switch { ValueKind.Tensor => ValueKind.Sequence, ValueKind.Map => ValueKind.MapPerRow, _ => throw Unknown(name, node) };
                return element with { Kind = kind, Shape = [], Datatype = $"seq({element.Datatype})" };
            case OnnxValueType.ONNX_TYPE_MAP:
                MapMetadata map = node.AsMapMetadata();
                TensorType key = TensorType.Of(map.KeyDataType) ?? throw Unknown(name, node);
                TensorType value = ElementOf(name, map.ValueMetadata);
                return new(name, ValueKind.Map, value, key, [], $"map({key.Name},{value.Name})");
            default:
                throw Unknown(name, node);
        }
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
    public void AddTensors(List<Tensor> outputs, OrtValue value, OrtMemory owner)
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
            case ValueKind.Map:
                outputs.Add(Member(Keys(Name), value, 0));
                outputs.Add(Member(Values(Name), value, 1));
                break;
            default:
                AddMaps(outputs, value);
                break;
        }
    }

    private void AddMaps(List<Tensor> outputs, OrtValue value)
    {
        var keys = new List<Tensor>();
        var values = new List<Tensor>();
        try
        {
            for (int i = 0; i < value.GetValueCount(); i++)
            {
                using OrtValue map = value.GetValue(i, OrtAllocator.DefaultInstance);
                keys.Add(Member(Keys(Item(Name, i)), map, 0));
                values.Add(Member(Values(Item(Name, i)), map, 1));
            }

            if (keys.Count == 0)
            {
                outputs.Add(Tensor.Copy(Keys(Name), Key!, [0], []));
                outputs.Add(Tensor.Copy(Values(Name), Element, [0, 0], []));
            }
            else if (keys.TrueForAll(other => other.Data.SequenceEqual(keys[0].Data)))
            {
                using Tensor like = values[0].Share(Values(Name));
                outputs.Add(keys[0].Share(Keys(Name)));
                outputs.Add(Tensor.Concatenate(like, [values.Count, .. like.Shape], values));
            }
            else
            {
                outputs.AddRange(keys.Zip(values).SelectMany(pair => new[] { pair.First.Share(), pair.Second.Share() }));
            }
        }
        finally
        {
            keys.ForEach(tensor => tensor.Dispose());
            values.ForEach(tensor => tensor.Dispose());
        }
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
        new($"'{name}' is of ONNX's kind {node.OnnxValueType.ToString().Replace("ONNX_TYPE_", "", StringComparison.Ordinal).ToLowerInvariant()}, which is not served: inputs are tensors, outputs tensors, sequences or maps of them.");
}
