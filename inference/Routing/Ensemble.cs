using System.Collections.Frozen;
using System.Runtime.InteropServices;
using DurableMl.Inference.Protocol;
using DurableMl.Inference.Tensors;

namespace DurableMl.Inference.Routing;

/// <summary>Makes one answer of several.</summary>
internal sealed class Ensemble(IEnumerable<IEnsembleStrategy> strategies)
{
    public const string Mean = "mean";
    public const string Vote = "vote";
    public const string Best = "best";
    public const string First = "first";

    private readonly FrozenDictionary<string, IEnsembleStrategy> custom = strategies.ToFrozenDictionary(strategy => strategy.Name);

    /// <summary>Whether <paramref name="name"/> is a built-in or registered way to combine.</summary>
    public bool Knows(string name) => name is Mean or Vote or Best or First || custom.ContainsKey(name);

    /// <summary>Combines the members' outputs; the caller keeps those and disposes the result.</summary>
    /// <exception cref="InferenceException">422: the members' outputs do not go together.</exception>
    public List<Tensor> Combine(EnsembleRoute route, IReadOnlyList<List<Tensor>> members)
    {
        CheckAlike(members);
        return route.Combine switch
        {
            Mean => FoldAll(route, members, Average),
            Vote => Complete(route, members, [Votes(route, members)]),
            Best => Surest(route, members),
            _ when custom.TryGetValue(route.Combine, out IEnsembleStrategy? strategy) =>
                FoldAll(route, members, (name, shape, values, result) => strategy.Combine(name, shape, values, result)),
            _ => throw new InferenceException(503, $"The ensemble's way to combine, '{route.Combine}', is not registered in this server."),
        };
    }

    private static void CheckAlike(IReadOnlyList<List<Tensor>> members)
    {
        foreach (List<Tensor> member in members)
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

    // Floating-point outputs are combined; labels and whatever else is beside them follow from the combined scores.
    private static List<Tensor> FoldAll(EnsembleRoute route, IReadOnlyList<List<Tensor>> members, Action<string, long[], IReadOnlyList<ReadOnlyMemory<float>>, float[]> combine)
    {
        bool hasNumbers = members[0].Exists(IsNumbers);
        return Complete(route, members, [.. members[0].Where(output => !hasNumbers || IsNumbers(output)).Select(output => Fold(output, members, combine))]);
    }

    private static bool IsNumbers(Tensor output) => output.Type.Name == "FP32";

    private static List<Tensor> Complete(EnsembleRoute route, IReadOnlyList<List<Tensor>> members, List<Tensor> combined)
    {
        var complete = new List<Tensor>();
        try
        {
            for (int i = 0; i < members[0].Count; i++)
            {
                Tensor output = members[0][i];
                if (combined.Find(other => other.Name == output.Name) is { } done)
                {
                    complete.Add(done);
                }
                else if (!IsNumbers(output))
                {
                    complete.Add(Follow(route, members, i, combined));
                }
            }

            return complete;
        }
        catch
        {
            combined.Concat(complete).ToList().ForEach(tensor => tensor.Dispose());
            throw;
        }
    }

    // The label of a row is that of the class whose combined score is highest: as a member says that has it highest too, here or in another row.
    private static Tensor Follow(EnsembleRoute route, IReadOnlyList<List<Tensor>> members, int output, List<Tensor> combined)
    {
        Tensor like = members[0][output];
        if (members.All(member => member[output].Data.SequenceEqual(like.Data)))
        {
            return like.Share();
        }

        Tensor scores = Scores.Of(combined, route.Scores);
        Rows.Require(like, (int)scores.Shape[0]);
        var known = new Dictionary<int, (Tensor From, int Row)>();
        var winners = new (Tensor From, int Row)?[scores.Shape[0]];
        for (int row = 0; row < winners.Length; row++)
        {
            int winner = Scores.IndexOfMax(Scores.Row(scores, row));
            foreach (List<Tensor> member in members)
            {
                int its = Scores.IndexOfMax(Scores.Row(Scores.Of(member, scores.Name), row));
                known.TryAdd(its, (member[output], row));
                winners[row] ??= its == winner ? (member[output], row) : null;
            }
        }

        return Rows.Gather(winners.Length, row => winners[row] ?? (known.TryGetValue(Scores.IndexOfMax(Scores.Row(scores, row)), out var elsewhere)
            ? elsewhere
            : throw new InferenceException(422, $"No member says what '{like.Name}' is where '{scores.Name}' is highest in row {row}. Ask for the other outputs alone.")));
    }

    private static Tensor Fold(Tensor output, IReadOnlyList<List<Tensor>> members, Action<string, long[], IReadOnlyList<ReadOnlyMemory<float>>, float[]> combine)
    {
        if (output.Type.Name != "FP32")
        {
            throw new InferenceException(422, $"Output '{output.Name}' is {output.Type.Name}; only FP32 outputs can be combined. Ask for those alone.");
        }

        var values = new ReadOnlyMemory<float>[members.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = MemoryMarshal.Cast<byte, float>(members[i].Find(other => other.Name == output.Name)!.Data).ToArray();
        }

        var combined = new float[values[0].Length];
        combine(output.Name, output.Shape, values, combined);
        return Copy(output, combined);
    }

    private static void Average(string name, long[] shape, IReadOnlyList<ReadOnlyMemory<float>> members, float[] combined)
    {
        for (int i = 0; i < combined.Length; i++)
        {
            double sum = 0;
            for (int m = 0; m < members.Count; m++)
            {
                sum += members[m].Span[i];
            }

            combined[i] = (float)(sum / members.Count);
        }
    }

    // A tie goes to the class with the higher mean score, by half a vote.
    private static Tensor Votes(EnsembleRoute route, IReadOnlyList<List<Tensor>> members)
    {
        Tensor shape = Scores.Of(members[0], route.Scores);
        int columns = (int)shape.Shape[1];
        var shares = new float[shape.Length / sizeof(float)];
        var sums = new double[columns];
        for (int row = 0; row < shape.Shape[0]; row++)
        {
            Span<float> votes = shares.AsSpan(row * columns, columns);
            Array.Clear(sums);
            foreach (List<Tensor> member in members)
            {
                ReadOnlySpan<float> scores = Scores.Row(Scores.Of(member, route.Scores), row);
                votes[Scores.IndexOfMax(scores)]++;
                for (int c = 0; c < columns; c++)
                {
                    sums[c] += scores[c];
                }
            }

            BreakTie(votes, sums);
            for (int c = 0; c < columns; c++)
            {
                votes[c] /= members.Count;
            }
        }

        return Copy(shape, shares);
    }

    private static void BreakTie(Span<float> votes, double[] sums)
    {
        float most = votes[Scores.IndexOfMax(votes)];
        int winner = -1;
        int tied = 0;
        for (int c = 0; c < votes.Length; c++)
        {
            if (votes[c] == most)
            {
                tied++;
                winner = winner < 0 || sums[c] > sums[winner] ? c : winner;
            }
        }

        votes[winner] += tied > 1 ? 0.5f : 0;
    }

    private static List<Tensor> Surest(EnsembleRoute route, IReadOnlyList<List<Tensor>> members)
    {
        Tensor first = Scores.Of(members[0], route.Scores);
        var winners = new int[first.Shape[0]];
        for (int row = 0; row < winners.Length; row++)
        {
            double best = -1;
            for (int m = 0; m < members.Count; m++)
            {
                double confidence = Scores.Confidence(Scores.Row(Scores.Of(members[m], route.Scores), row));
                (best, winners[row]) = confidence > best ? (confidence, m) : (best, winners[row]);
            }
        }

        return Rows.Pick(members, winners);
    }

    private static Tensor Copy(Tensor like, float[] values) =>
        Tensor.Copy(like.Name, like.Type, like.Shape, MemoryMarshal.AsBytes<float>(values));
}

/// <summary>A way of one's own to make one answer out of an ensemble's. Register it as a service; <see cref="EnsembleRoute.Combine"/> names it.</summary>
public interface IEnsembleStrategy
{
    /// <summary>The name: 1 to 32 lower-case letters, digits or '-'.</summary>
    string Name { get; }

    /// <summary>Combines one FP32 output. May be called at the same time for several requests.</summary>
    /// <param name="output">The output's name.</param>
    /// <param name="shape">Its shape, the same for all members.</param>
    /// <param name="members">Each member's elements, row-major, in the order of the route's members. Valid only during the call.</param>
    /// <param name="combined">Receives the result, as long as each member's elements.</param>
    void Combine(string output, ReadOnlySpan<long> shape, IReadOnlyList<ReadOnlyMemory<float>> members, Span<float> combined);
}
