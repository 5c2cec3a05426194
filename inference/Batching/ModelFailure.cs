using DurableMl.Inference.Protocol;
using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Inference.Batching;

/// <summary>Tells a run that failed because of its inputs from one that failed because of the model.</summary>
internal static class ModelFailure
{
    /// <summary>400 when ONNX Runtime calls an argument invalid, otherwise 500.</summary>
    public static InferenceException From(OnnxRuntimeException exception) =>
        // The binding gives the code only as text.
        exception.Message.Contains("[ErrorCode:InvalidArgument]", StringComparison.Ordinal)
            ? new(400, $"inputs: the model does not take them: {exception.Message}")
            : new(500, $"The model failed: {exception.Message}");
}
