namespace DurableMl.Features.Images;

/// <summary>Features are (x / scale − mean) / standardDeviation, with both taken over the train split.</summary>
/// <param name="Mean">The mean of x / scale.</param>
/// <param name="StandardDeviation">The population deviation of x / scale.</param>
/// <param name="Scale">255 for bytes, 1 for numbers of other types.</param>
public sealed record Normalisation(double Mean, double StandardDeviation, double Scale = Normalisation.ByteScale)
{
    /// <summary>What bytes are divided by.</summary>
    public const double ByteScale = 255;

    /// <summary>The normalised value of each byte.</summary>
    public float[] Table()
    {
        var table = new float[256];
        for (int value = 0; value < table.Length; value++)
        {
            table[value] = Of(value);
        }

        return table;
    }

    /// <summary>The normalised value of a number.</summary>
    public float Of(double value) => (float)(((value / Scale) - Mean) / StandardDeviation);
}
