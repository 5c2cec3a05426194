using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Inference.Tensors;

/// <summary>Values that ONNX Runtime returned; they are disposed with the last reference.</summary>
internal sealed class OrtMemory : TensorMemory
{
    private readonly IDisposable? values;
    private readonly OrtValue?[]? array;

    /// <summary>Takes over one value, or all that a run returned.</summary>
    public OrtMemory(IDisposable values) => this.values = values;

    /// <summary>Takes over values of which some may be absent.</summary>
    public OrtMemory(OrtValue?[] values) => array = values;

    public override nint Address => 0;

    protected override void Free()
    {
        values?.Dispose();
        foreach (OrtValue? value in array ?? [])
        {
            value?.Dispose();
        }
    }
}
