using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Inference.Tensors;

/// <summary>What one run returned; the values are disposed with the last reference.</summary>
internal sealed class OrtMemory(IDisposableReadOnlyCollection<OrtValue> values) : TensorMemory
{
    /// <summary>The values, in the order in which they were asked for.</summary>
    public IReadOnlyList<OrtValue> Values => values;

    public override nint Address => 0;

    protected override void Free() => values.Dispose();
}
