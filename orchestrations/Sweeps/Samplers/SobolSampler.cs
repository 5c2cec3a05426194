using System.Globalization;
using System.Numerics;
using System.Text.Json;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Randomness;

namespace DurableMl.Orchestrations.Sweeps.Samplers;

/// <summary>
/// A Sobol sequence: points that fill the space more evenly than random ones. Direction numbers by Joe and Kuo ("Constructing Sobol
/// sequences with better two-dimensional projections", 2008), shifted digit by digit by the seed, which keeps the evenness.
/// </summary>
public sealed class SobolSampler : ISampler
{
    private const int Bits = 32;

    // For each dimension after the first: the polynomial's degree, its inner coefficients, and the first direction numbers.
    private static readonly string[] Table =
    [
        "1 0 1", "2 1 1 3", "3 1 1 3 1", "3 2 1 1 1", "4 1 1 1 3 3", "4 4 1 3 5 13", "5 2 1 1 5 5 17", "5 4 1 1 5 5 5", "5 7 1 1 7 11 19", "5 11 1 1 5 1 1",
        "5 13 1 1 1 3 11", "5 14 1 3 5 5 31", "6 1 1 3 3 9 7 49", "6 13 1 1 1 15 21 21", "6 16 1 3 1 13 27 49", "6 19 1 1 1 15 7 5", "6 22 1 3 1 15 13 25",
        "6 25 1 1 5 5 19 61", "7 1 1 3 7 11 23 15 103", "7 4 1 3 7 13 13 15 69", "7 7 1 1 3 13 7 35 63", "7 8 1 3 5 9 1 25 53", "7 14 1 3 1 13 9 35 107",
        "7 19 1 3 1 5 27 61 31", "7 21 1 1 5 11 19 41 61", "7 28 1 3 5 3 3 13 69", "7 31 1 1 7 13 1 19 1", "7 32 1 3 7 5 13 19 59", "7 37 1 1 3 9 25 29 41",
        "7 41 1 3 5 13 23 1 55", "7 42 1 3 7 3 13 59 17",
    ];

    private readonly SearchSpace space;
    private readonly int[] columns;
    private readonly uint[][] directions;
    private readonly uint[] shifts;

    /// <summary>The sequence over a space.</summary>
    /// <exception cref="ArgumentException">More parameters vary than there are direction numbers for.</exception>
    public SobolSampler(SearchSpace space, long seed)
    {
        ArgumentNullException.ThrowIfNull(space);
        int[] varied = [.. Enumerable.Range(0, space.Dimensions.Count).Where(i => space.Dimensions[i].Count != 1)];
        if (varied.Length > SamplerDefinition.MostSobolParameters)
        {
            throw new ArgumentException($"{varied.Length} parameters vary; there are direction numbers for {SamplerDefinition.MostSobolParameters}.", nameof(space));
        }

        this.space = space;
        columns = new int[space.Dimensions.Count];
        Array.Fill(columns, -1);
        for (int column = 0; column < varied.Length; column++)
        {
            columns[varied[column]] = column;
        }

        directions = [.. varied.Select((_, column) => Directions(column))];
        shifts = [.. varied.Select(i => (uint)SeededGenerator.For(seed, "sobol/" + space.Dimensions[i].Name).NextBits())];
    }

    /// <summary>A coordinate of a point of the sequence without a shift, as a fraction of 2^32.</summary>
    /// <param name="column">The dimension, from 0.</param>
    /// <param name="point">The point's number, from 0.</param>
    public static uint Coordinate(int column, int point) => Coordinate(Directions(column), point);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, JsonElement> Sample(int trial, IReadOnlyList<SeenTrial> seen) => space.Point(i =>
    {
        int column = columns[i];
        return column < 0
            ? space.Dimensions[i].Value(0)
            : space.Dimensions[i].At((Coordinate(directions[column], trial) ^ shifts[column]) * (1.0 / (1UL << Bits)));
    });

    // Antonov and Saleev, 1979: the exclusive or of the direction numbers at the set bits of the number's Gray code.
    private static uint Coordinate(uint[] directions, int point)
    {
        uint gray = (uint)point ^ ((uint)point >> 1);
        uint coordinate = 0;
        for (; gray != 0; gray &= gray - 1)
        {
            coordinate ^= directions[BitOperations.TrailingZeroCount(gray)];
        }

        return coordinate;
    }

    private static uint[] Directions(int column)
    {
        var numbers = new uint[Bits];
        if (column == 0)
        {
            return [.. numbers.Select((_, bit) => 1u << (Bits - 1 - bit))];
        }

        int[] row = [.. Table[column - 1].Split(' ').Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
        int degree = row[0];
        for (int bit = 0; bit < Bits; bit++)
        {
            if (bit < degree)
            {
                numbers[bit] = (uint)row[2 + bit] << (Bits - 1 - bit);
                continue;
            }

            numbers[bit] = numbers[bit - degree] ^ (numbers[bit - degree] >> degree);
            for (int k = 1; k < degree; k++)
            {
                numbers[bit] ^= (uint)((row[1] >> (degree - 1 - k)) & 1) * numbers[bit - k];
            }
        }

        return numbers;
    }
}
