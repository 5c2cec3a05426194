using DurableMl.Inference.Protocol;
using DurableMl.Inference.Tensors;
using DurableMl.Inference.Values;

namespace DurableMl.Inference.Routing;

/// <summary>Takes rows (first dimension) out of tensors and puts them together.</summary>
internal static class Rows
{
    /// <summary>Every output with row i taken from member <paramref name="winners"/>[i].</summary>
    public static List<Tensor> Pick(IReadOnlyList<List<Tensor>> members, int[] winners)
    {
        var picked = new List<Tensor>(members[0].Count);
        try
        {
            for (int o = 0; o < members[0].Count; o++)
            {
                int output = o;
                if (IsShared(members[0][o], winners.Length) && members.All(member => member[output].Data.SequenceEqual(members[0][output].Data)))
                {
                    picked.Add(members[0][o].Share());
                    continue;
                }

                Require(members[0][o], winners.Length);
                picked.Add(Gather(winners.Length, row => (members[winners[row]][output], row)));
            }

            return picked;
        }
        catch
        {
            picked.ForEach(tensor => tensor.Dispose());
            throw;
        }
    }

    /// <summary>The chosen rows of a tensor.</summary>
    public static Tensor Take(Tensor tensor, IReadOnlyList<int> rows) => Gather(rows.Count, row => (tensor, rows[row]));

    /// <summary>The rows of <paramref name="all"/>, those at <paramref name="places"/> replaced by the rows of <paramref name="replacement"/>.</summary>
    public static Tensor Replace(Tensor all, Tensor replacement, IReadOnlyList<int> places, int rows)
    {
        if (IsShared(all, rows) && all.Type == replacement.Type && all.Data.SequenceEqual(replacement.Data))
        {
            return all.Share();
        }

        Require(all, rows);
        if (all.Type != replacement.Type || !all.Shape.AsSpan(1).SequenceEqual(replacement.Shape.AsSpan(1)))
        {
            throw new InferenceException(422, $"The cascade's models differ in output '{all.Name}': datatype and shape must be the same.");
        }

        var source = new int[all.Shape[0]];
        Array.Fill(source, -1);
        for (int i = 0; i < places.Count; i++)
        {
            source[places[i]] = i;
        }

        return Gather(source.Length, row => source[row] < 0 ? (all, row) : (replacement, source[row]));
    }

    // Not of the rows but of all of them, as the names of a map's columns are.
    private static bool IsShared(Tensor tensor, int rows) => tensor.Name.EndsWith(PartName.Keys(""), StringComparison.Ordinal) || tensor.Shape.Length == 0 || tensor.Shape[0] != rows;

    public static void Require(Tensor tensor, int rows)
    {
        if (tensor.Shape.Length == 0 || tensor.Shape[0] != rows)
        {
            throw new InferenceException(422, $"'{tensor.Name}' has not one row per example, so that rows cannot be told apart.");
        }

        if (!tensor.HasByteRows)
        {
            throw new InferenceException(422, $"'{tensor.Name}', {tensor.Type.Name} {TensorShape.Text(tensor.Shape)}, has rows that do not begin at whole bytes, so that they cannot be told apart.");
        }
    }

    /// <summary>Rows put together, each from wherever it is.</summary>
    public static Tensor Gather(int count, Func<int, (Tensor From, int Row)> source)
    {
        var parts = new List<Tensor>(count);
        try
        {
            int length = 0;
            for (int i = 0; i < count; i++)
            {
                (Tensor from, int row) = source(i);
                Tensor part = from.Rows(row, 1);
                parts.Add(part);
                length = checked(length + part.Length);
            }

            (Tensor like, _) = source(0);
            PooledMemory memory = PooledMemory.Rent(length);
            Span<byte> rest = memory.Span;
            foreach (Tensor part in parts)
            {
                part.Data.CopyTo(rest);
                rest = rest[part.Length..];
            }

            return new(like.Name, like.Type, [count, .. like.Shape.AsSpan(1)], memory, memory.Address, length);
        }
        finally
        {
            parts.ForEach(part => part.Dispose());
        }
    }
}
