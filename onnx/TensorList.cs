namespace DurableMl.Onnx;

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

    /// <summary>Bytes of all.</summary>
    public long Bytes => this.Sum(static tensor => (long)tensor.Length);

    /// <summary>The first dimension of the first; 1 where it has none.</summary>
    public int Rows => Count > 0 && this[0].Shape.Length > 0 ? (int)Math.Min(int.MaxValue, this[0].Shape[0]) : 1;

    /// <summary>The tensor of a name; null where there is none.</summary>
    public Tensor? Named(string name) => Find(tensor => tensor.Name == name);

    /// <summary>Other references to the same memory.</summary>
    public TensorList Share()
    {
        var shared = new TensorList { Capacity = Count };
        ForEach(tensor => shared.Add(tensor.Share()));
        return shared;
    }

    public void Dispose()
    {
        ForEach(static tensor => tensor.Dispose());
        Clear();
    }
}
