using DurableMl.Inference.Registry;
using DurableMl.Inference.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Inference.Values;

/// <summary>What one input or output of a graph is.</summary>
/// <param name="Name">Its name in the graph.</param>
/// <param name="Kind">What it is, or would be if it is there.</param>
/// <param name="IsOptional">Whether it may be absent.</param>
/// <param name="Element">The tensors' element type, or the maps' value type; null where the protocol has none.</param>
/// <param name="Key">The maps' key type.</param>
/// <param name="Shape">The tensors' shape, -1 where any size will do; empty for maps.</param>
/// <param name="Datatype">Its type in metadata: <c>FP32</c>, <c>seq(FP32)</c>, <c>optional(FP32)</c>, <c>seq(map(INT64,FP32))</c>.</param>
internal sealed record ValueForm(string Name, ValueKind Kind, bool IsOptional, TensorType? Element, TensorType? Key, long[] Shape, string Datatype)
{
    /// <summary>Whether it is always exactly one tensor of its name.</summary>
    public bool IsPlain => Kind == ValueKind.Tensor && !IsOptional && Element is not null;

    /// <summary>Whether it is carried by tensors of other names.</summary>
    public bool HasParts => Kind is ValueKind.Sequence or ValueKind.Map or ValueKind.SequenceOfMaps;

    /// <summary>Its description in metadata.</summary>
    public TensorSpec Spec => new(Name, Datatype, Shape);

    /// <summary>What it says of each row of input if it is an output; null where that is not to be seen.</summary>
    public OutputRole? Role => Kind switch
    {
        ValueKind.Tensor when IsPlain => RoleOf(Element!, Shape),
        ValueKind.SequenceOfMaps when Element is { } element && IsFloat(element) => OutputRole.Scores,
        _ => null,
    };

    /// <summary>The same by type and shape; the first dimension counts rows.</summary>
    public static OutputRole? RoleOf(TensorType type, ReadOnlySpan<long> shape)
    {
        bool isOne = shape is [_] or [_, 1];
        return IsFloat(type)
            ? (isOne ? OutputRole.Value : shape.Length == 2 ? OutputRole.Scores : null)
            : (isOne ? OutputRole.Label : null);
    }

    private static bool IsFloat(TensorType type) => type.Name == "BF16" || type.Name.StartsWith("FP", StringComparison.Ordinal);

    public static ValueForm Of(string name, NodeMetadata node)
    {
        switch (node.OnnxValueType)
        {
            case OnnxValueType.ONNX_TYPE_TENSOR:
                TensorType? type = TensorType.Of(node.ElementDataType);
                return new(name, ValueKind.Tensor, false, type, null, Array.ConvertAll(node.Dimensions, d => (long)d), type?.Name ?? node.ElementDataType.ToString().ToLowerInvariant());
            case OnnxValueType.ONNX_TYPE_SEQUENCE:
                ValueForm element = Of(name, node.AsSequenceMetadata().ElementMeta);
                ValueKind kind = element.Kind switch { ValueKind.Tensor => ValueKind.Sequence, ValueKind.Map => ValueKind.SequenceOfMaps, _ => ValueKind.Other };
                return element with { Kind = kind, Datatype = $"seq({element.Datatype})" };
            case OnnxValueType.ONNX_TYPE_MAP:
                MapMetadata map = node.AsMapMetadata();
                ValueForm value = Of(name, map.ValueMetadata);
                TensorType? key = TensorType.Of(map.KeyDataType);
                return new(name, value.Kind == ValueKind.Tensor ? ValueKind.Map : ValueKind.Other, false, value.Element, key, [], $"map({key?.Name},{value.Datatype})");
            case OnnxValueType.ONNX_TYPE_OPTIONAL:
                ValueForm content = Of(name, node.AsOptionalMetadata().ElementMeta);
                return content with { IsOptional = true, Datatype = $"optional({content.Datatype})" };
            default:
                return new(name, ValueKind.Other, false, null, null, [], node.OnnxValueType.ToString().Replace("ONNX_TYPE_", "", StringComparison.Ordinal).ToLowerInvariant());
        }
    }
}
