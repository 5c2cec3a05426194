namespace DurableMl.Inference.Tensors;

/// <summary>Arithmetic on shapes that does not overflow, whatever a request declares.</summary>
internal static class TensorShape
{
    /// <summary>The number of elements, or -1 when that is negative or beyond <see cref="int.MaxValue"/>.</summary>
    public static int Elements(ReadOnlySpan<long> shape)
    {
        long count = 1;
        bool tooMany = false;
        foreach (long dimension in shape)
        {
            if (dimension < 0)
            {
                return -1;
            }

            if (dimension == 0)
            {
                return 0;
            }

            // A later 0 still makes the tensor empty, so go on after an overflow.
            tooMany = tooMany || dimension > int.MaxValue || count * dimension > int.MaxValue;
            count = tooMany ? 1 : count * dimension;
        }

        return tooMany ? -1 : (int)count;
    }

    public static string Text(IEnumerable<long> shape) => "[" + string.Join(",", shape) + "]";
}
