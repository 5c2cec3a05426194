namespace DurableMl.Inference.Values;

/// <summary>What ONNX graphs take and give.</summary>
internal enum ValueKind
{
    /// <summary>One tensor.</summary>
    Tensor,

    /// <summary>Any number of tensors of one element type, in order.</summary>
    Sequence,

    /// <summary>Keys, whole numbers or strings, each with a number or string.</summary>
    Map,

    /// <summary>Maps in order, as scikit-learn's ZipMap gives one for each row.</summary>
    SequenceOfMaps,

    /// <summary>Something that has no form in the protocol: sparse tensors, opaque values.</summary>
    Other,
}
