namespace DurableMl.Features.Images;

/// <summary>Features are (x / 255 − mean) / standardDeviation, with both taken over the train split.</summary>
/// <param name="Mean">The mean of x / 255.</param>
/// <param name="StandardDeviation">The population deviation of x / 255.</param>
public sealed record Normalisation(double Mean, double StandardDeviation)
{
    /// <summary>The normalised value of each byte.</summary>
    public float[] Table()
    {
        var table = new float[256];
        for (int value = 0; value < table.Length; value++)
        {
            table[value] = (float)(((value / 255.0) - Mean) / StandardDeviation);
        }

        return table;
    }
}
