namespace DurableMl.Inference.Serving;

/// <summary>A version as Triton's model configuration describes one: where the first dimension is open everywhere it is the batch, and no part of the shapes.</summary>
internal sealed record ModelConfiguration(string Name, int MaxBatchSize, IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<TensorSpec> Outputs)
{
    public const string Platform = "onnxruntime_onnx";

    public const string Backend = "onnxruntime";

    /// <summary>The configuration of a loaded model.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="session">The model.</param>
    /// <param name="maxBatch">Rows of a batch.</param>
    public static ModelConfiguration Of(string name, ModelSession session, int maxBatch)
    {
        bool hasBatch = session.Inputs.Count > 0 && session.Inputs.Concat(session.Outputs).All(spec => spec.Shape is [< 0, ..]);
        return new(name, hasBatch ? maxBatch : 0, [.. session.Inputs.Select(Part)], [.. session.Outputs.Select(Part)]);

        TensorSpec Part(TensorSpec spec) => new(spec.Name, spec.Datatype, [.. spec.Shape.Skip(hasBatch ? 1 : 0)]);
    }

    /// <summary>Triton's name for an element type; of a sequence or map it has none.</summary>
    public static string TypeOf(TensorSpec spec) =>
        spec.Datatype == "BYTES" ? "TYPE_STRING" : TensorType.ByName.ContainsKey(spec.Datatype) ? "TYPE_" + spec.Datatype : "TYPE_INVALID";
}
