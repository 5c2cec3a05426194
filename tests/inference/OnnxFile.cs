using DurableMl.Inference.Sessions;
using DurableMl.Inference.Tensors;

namespace Inference.Tests;

/// <summary>Loads models that tests make.</summary>
internal static class OnnxFile
{
    /// <summary>ONNX's own number of an element type; ONNX Runtime numbers the last three in another order.</summary>
    public static int ElementType(TensorType type) => type.Name switch
    {
        "FP8E8M0" => 24,
        "UINT2" => 25,
        "INT2" => 26,
        _ => (int)type.Element,
    };

    /// <summary>Loads a model through a file in <paramref name="folder"/>.</summary>
    public static ModelSession Load(TemporaryFolder folder, byte[] model)
    {
        string path = folder[Guid.NewGuid() + ".onnx"];
        File.WriteAllBytes(path, model);
        return ModelSession.Load(path);
    }
}
