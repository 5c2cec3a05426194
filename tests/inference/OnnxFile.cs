using DurableMl.Onnx;

namespace Inference.Tests;

/// <summary>Loads models that tests make.</summary>
internal static class OnnxFile
{
    /// <summary>Loads a model through a file in <paramref name="folder"/>.</summary>
    public static ModelSession Load(TemporaryFolder folder, byte[] model)
    {
        string path = folder[Guid.NewGuid() + ".onnx"];
        File.WriteAllBytes(path, model);
        return ModelSession.Load(path);
    }
}
