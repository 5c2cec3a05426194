namespace DurableMl.Inference.Tensors;

/// <summary>Tensors that are disposed together.</summary>
internal sealed class TensorList : List<Tensor>, IDisposable
{
    /// <summary>Tensors made one after the other. Where one cannot be made, those before it are disposed.</summary>
    public static TensorList Of(IEnumerable<Tensor> tensors)
    {
        var list = new TensorList();
        try
        {
            foreach (Tensor tensor in tensors)
            {
                list.Add(tensor);
            }

            return list;
        }
        catch
        {
            list.Dispose();
            throw;
        }
    }

    /// <summary>Other references to the same memory.</summary>
    public TensorList Share() => [.. this.Select(tensor => tensor.Share())];

    public void Dispose()
    {
        ForEach(static tensor => tensor.Dispose());
        Clear();
    }
}
