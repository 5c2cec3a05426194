namespace DurableMl.Inference.Tensors;

/// <summary>Values that ONNX Runtime returned, one or all of a run; they are disposed with the last reference.</summary>
internal sealed class OrtMemory(IDisposable values) : TensorMemory
{
    public override nint Address => 0;

    protected override void Free() => values.Dispose();
}
