using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Inference.Tensors;

/// <summary>What one run returned; the values are disposed with the last reference.</summary>
internal sealed class OrtMemory(IDisposableReadOnlyCollection<OrtValue> values) : TensorMemory
{
    public override nint Address => 0;

    protected override void Free() => values.Dispose();
}
