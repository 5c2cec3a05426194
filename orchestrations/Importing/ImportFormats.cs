namespace DurableMl.Orchestrations.Importing;

/// <summary>What a source may be.</summary>
public static class ImportFormats
{
    /// <summary>A file of <c>torch.jit.save</c>.</summary>
    public const string TorchScript = "torchscript";

    /// <summary>A checkpoint: a <c>state_dict</c> of <c>torch.save</c>, with a definition beside it.</summary>
    public const string PyTorch = "pytorch";

    /// <summary>A Keras <c>.h5</c> or <c>.keras</c> file.</summary>
    public const string Keras = "keras";

    /// <summary>A .zip of a TensorFlow SavedModel's folder.</summary>
    public const string SavedModel = "savedmodel";

    /// <summary>A TensorFlow Lite file.</summary>
    public const string TFLite = "tflite";

    /// <summary>An ONNX file, with its weights beside it, or a .zip of both: nothing is converted.</summary>
    public const string Onnx = "onnx";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [TorchScript, PyTorch, Keras, SavedModel, TFLite, Onnx];

    /// <summary>Whether a Batch job makes ONNX of it.</summary>
    public static bool IsConverted(string format) => format != Onnx;
}
