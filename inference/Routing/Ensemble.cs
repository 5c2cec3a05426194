namespace DurableMl.Inference.Routing;

/// <summary>Makes one answer of several.</summary>
internal static class Ensemble
{
    /// <summary>Combines the members' outputs; the caller keeps those and disposes the result. Floating-point outputs are combined; labels and whatever else is beside them follow from the combined scores.</summary>
    /// <exception cref="InferenceException">422: the members' outputs do not go together.</exception>
    public static TensorList Combine(EnsembleRoute route, IReadOnlyList<TensorList> members)
    {
        CheckAlike(members);
        using TensorList numbers =
        [
            .. members[0].Index().Where(output => output.Item.Type.Name == "FP32")
                .Select(output => Mean(output.Item, [.. members.Select(member => member[output.Index].Floats.ToArray())])),
        ];
        if (route.Combine == EnsembleRule.Vote)
        {
            using Tensor means = Rows.OfScores(numbers, route.Scores);
            numbers[numbers.IndexOf(means)] = Votes(means, [.. members.Select(member => Rows.OfScores(member, means.Name))]);
        }

        return TensorList.Of(members[0].Select((output, i) => numbers.Named(output.Name)?.Share() ?? Follow(route, members, i, numbers)));
    }

    private static void CheckAlike(IReadOnlyList<TensorList> members)
    {
        foreach (TensorList member in members)
        {
            for (int i = 0; i < members[0].Count; i++)
            {
                Tensor expected = members[0][i];
                if (i >= member.Count || member[i].Name != expected.Name || member[i].Type != expected.Type || !member[i].Shape.AsSpan().SequenceEqual(expected.Shape))
                {
                    throw new InferenceException(422, $"The ensemble's members differ in output '{expected.Name}': name, datatype and shape must be the same.");
                }
            }
        }
    }

    private static Tensor Mean(Tensor like, float[][] members) =>
        Copy(like, [.. Enumerable.Range(0, members[0].Length).Select(i => (float)(members.Sum(member => (double)member[i]) / members.Length))]);

    // The share of members whose highest score is the class. A tie goes to the class with the higher mean score, by half a vote.
    private static Tensor Votes(Tensor means, Tensor[] members)
    {
        int columns = (int)means.Shape[1];
        var shares = new float[means.Shape[0] * columns];
        for (int row = 0; row < means.Shape[0]; row++)
        {
            var votes = new float[columns];
            foreach (Tensor member in members)
            {
                votes[Scores.IndexOfMax(Scores.Row(member, row))]++;
            }

            float[] mean = Scores.Row(means, row).ToArray();
            int[] tied = [.. Enumerable.Range(0, columns).Where(column => votes[column] == votes.Max())];
            votes[tied.MaxBy(column => mean[column])] += tied.Length > 1 ? 0.5f : 0;
            Array.ConvertAll(votes, vote => vote / members.Length).CopyTo(shares, row * columns);
        }

        return Copy(means, shares);
    }

    // The label of a row is that of the class whose combined score is highest, as a member says that has it highest too.
    private static Tensor Follow(EnsembleRoute route, IReadOnlyList<TensorList> members, int output, TensorList combined)
    {
        Tensor like = members[0][output];
        if (members.All(member => member[output].Data.SequenceEqual(like.Data)))
        {
            return like.Share();
        }

        Tensor scores = Rows.OfScores(combined, route.Scores);
        Rows.Require(like, (int)scores.Shape[0]);
        return Rows.Gather((int)scores.Shape[0], row =>
        {
            int winner = Scores.IndexOfMax(Scores.Row(scores, row));
            TensorList says = members.FirstOrDefault(member => Scores.IndexOfMax(Scores.Row(Rows.OfScores(member, scores.Name), row)) == winner)
                ?? throw new InferenceException(422, $"No member says what '{like.Name}' is where '{scores.Name}' is highest in row {row}. Ask for the other outputs alone.");
            return (says[output], row);
        });
    }

    private static Tensor Copy(Tensor like, float[] values) => Tensor.OfFloats(like.Name, like.Shape, values);
}
