using DurableMl.Inference.Registry;
using DurableMl.Inference.Routing;

namespace DurableMl.Inference.Scoring;

/// <summary>What a model says of rows.</summary>
/// <param name="Rows">How many rows.</param>
/// <param name="Role">What it predicts: a value, or a class that it names (<see cref="OutputRole.Label"/>) or scores; null for numbers that are neither.</param>
/// <param name="Numbers">The values or scores of all rows, one row after the other; empty where there are labels only.</param>
/// <param name="RowShape">The shape of one row of <paramref name="Numbers"/>.</param>
public sealed record RowScores(int Rows, OutputRole? Role, float[] Numbers, IReadOnlyList<long> RowShape)
{
    /// <summary>The class of each row where the model names it by a whole number.</summary>
    public IReadOnlyList<long>? Labels { get; init; }

    /// <summary>The class of each row where the model names it by a text.</summary>
    public IReadOnlyList<string>? Texts { get; init; }

    /// <summary>The names of the scores' columns, where the model gives them.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>Numbers of a row.</summary>
    public int Width => Rows == 0 ? 0 : Numbers.Length / Rows;

    /// <summary>The classes as whole numbers: the labels, or the column with the highest score, the first of several; null where there are no such classes.</summary>
    public long[]? Classes()
    {
        if (Role == OutputRole.Label)
        {
            return Labels is null ? null : [.. Labels];
        }

        if (Role != OutputRole.Scores || Width == 0)
        {
            return null;
        }

        var classes = new long[Rows];
        for (int row = 0; row < Rows; row++)
        {
            classes[row] = Scores.IndexOfMax(Numbers.AsSpan(row * Width, Width));
        }

        return classes;
    }
}
