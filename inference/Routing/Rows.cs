namespace DurableMl.Inference.Routing;

/// <summary>Takes rows (first dimension) out of tensors and puts them together.</summary>
internal static class Rows
{
    /// <summary>The chosen rows of a tensor.</summary>
    public static Tensor Take(Tensor tensor, IReadOnlyList<int> rows) => Gather(rows.Count, row => (tensor, rows[row]));

    /// <summary>The rows of <paramref name="all"/>, those at <paramref name="places"/> replaced by the rows of <paramref name="replacement"/>.</summary>
    public static Tensor Replace(Tensor all, Tensor replacement, IReadOnlyList<int> places, int rows)
    {
        // Not of the rows but of all of them, as the names of a map's columns are.
        bool isShared = all.Name.EndsWith(OutputForm.Keys(""), StringComparison.Ordinal) || all.Shape.Length == 0 || all.Shape[0] != rows;
        if (isShared && all.Type == replacement.Type && all.Data.SequenceEqual(replacement.Data))
        {
            return all.Share();
        }

        Require(all, rows);
        if (all.Type != replacement.Type || !all.Shape.AsSpan(1).SequenceEqual(replacement.Shape.AsSpan(1)))
        {
            throw new InferenceException(422, $"The cascade's models differ in output '{all.Name}': datatype and shape must be the same.");
        }

        Dictionary<int, int> replaced = places.Index().ToDictionary(place => place.Item, place => place.Index);
        return Gather(rows, row => replaced.TryGetValue(row, out int by) ? (replacement, by) : (all, row));
    }

    public static void Require(Tensor tensor, int rows)
    {
        if (tensor.Shape.Length == 0 || tensor.Shape[0] != rows)
        {
            throw new InferenceException(422, $"'{tensor.Name}' has not one row per example, so that rows cannot be told apart.");
        }
    }

    /// <summary>Rows put together, each from wherever it is.</summary>
    public static Tensor Gather(int count, Func<int, (Tensor From, int Row)> source)
    {
        using var parts = new TensorList { Capacity = count };
        for (int i = 0; i < count; i++)
        {
            (Tensor from, int row) = source(i);
            parts.Add(from.Rows(row, 1));
        }

        return Tensor.Concatenate(parts[0], [count, .. parts[0].Shape.AsSpan(1)], parts);
    }

    /// <summary>The rows of scores that a route goes by: of the output called <paramref name="name"/>, or the first that is scores.</summary>
    /// <exception cref="InferenceException">422: it is no FP32 matrix.</exception>
    public static Tensor OfScores(TensorList outputs, string? name) => Scores.Find(outputs, name)
        ?? throw new InferenceException(422, $"The route needs scores, FP32 with one row per example, but {(name is null ? "no output is that" : $"output '{name}' is not that")}.");
}
