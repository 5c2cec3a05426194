using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Randomness;
using MathNet.Numerics.Distributions;

namespace DurableMl.Orchestrations.Sweeps.Samplers;

/// <summary>
/// A density over a space: a mixture of one kernel for each observation, a product over the dimensions, and of a wide one over everything.
/// Kernels are normal distributions cut off at the ends of the unit interval, or weights of the values of a choice. Where an observation has
/// no value, since the parameter was not there, its kernel is the wide one.
/// </summary>
internal sealed class ParzenEstimator
{
    private const double BandwidthScale = 0.2;
    private const double WideCentre = 0.5;
    private const double WideBandwidth = 1;

    private readonly IReadOnlyList<Dimension> dimensions;
    private readonly IReadOnlyList<double[]> observations;
    private readonly double[] weights;
    private readonly double[] masses;
    private readonly double bandwidth;

    /// <summary>The density of what was observed.</summary>
    /// <param name="dimensions">The space.</param>
    /// <param name="observations">By dimension: a place on the unit interval, the index of a choice's value, or NaN.</param>
    /// <param name="weights">What each observation counts, beside 1 for the wide kernel.</param>
    public ParzenEstimator(IReadOnlyList<Dimension> dimensions, IReadOnlyList<double[]> observations, IReadOnlyList<double> weights)
    {
        this.dimensions = dimensions;
        this.observations = observations;
        double total = weights.Sum() + 1;
        this.weights = [.. weights.Append(1).Select(weight => weight / total)];

        // Scott's rule, and no kernel so narrow that the density falls apart ("magic clip").
        int count = observations.Count;
        double scott = BandwidthScale * Math.Pow(Math.Max(count, 1), -1.0 / (dimensions.Count(dimension => dimension.Count != 1) + 4));
        bandwidth = Math.Clamp(scott, 1.0 / Math.Min(100, count + 2), WideBandwidth);

        masses = new double[(count + 1) * dimensions.Count];
        for (int kernel = 0; kernel <= count; kernel++)
        {
            for (int i = 0; i < dimensions.Count; i++)
            {
                masses[(kernel * dimensions.Count) + i] = dimensions[i].IsOrdered ? Mass(kernel, i, 0, 1) : 1;
            }
        }
    }

    /// <summary>Chooses a kernel.</summary>
    public int DrawKernel(ref SeededGenerator generator)
    {
        double fraction = generator.NextFraction();
        for (int kernel = 0; kernel < weights.Length - 1; kernel++)
        {
            fraction -= weights[kernel];
            if (fraction < 0)
            {
                return kernel;
            }
        }

        return weights.Length - 1;
    }

    /// <summary>Draws from one dimension of a kernel: a place on the unit interval, or the index of a choice's value.</summary>
    public double Draw(int kernel, int dimension, ref SeededGenerator generator)
    {
        if (!dimensions[dimension].IsOrdered)
        {
            double fraction = generator.NextFraction();
            int last = (int)dimensions[dimension].Count!.Value - 1;
            int value = 0;
            while (value < last && (fraction -= Weight(kernel, dimension, value)) >= 0)
            {
                value++;
            }

            return value;
        }

        (double centre, double width) = Kernel(kernel, dimension);
        while (true)
        {
            // Box and Muller. At least a third of all draws falls into the interval: the centre lies in it, and the width is at most its length.
            double normal = Math.Sqrt(-2 * Math.Log(1 - generator.NextFraction())) * Math.Cos(2 * Math.PI * generator.NextFraction());
            double place = centre + (width * normal);
            if (place is >= 0 and <= 1)
            {
                return place;
            }
        }
    }

    /// <summary>The logarithm of the density at a point. Dimensions that are NaN there do not count.</summary>
    public double LogDensity(double[] point)
    {
        var logs = new double[weights.Length];
        for (int kernel = 0; kernel < logs.Length; kernel++)
        {
            double log = Math.Log(weights[kernel]);
            for (int i = 0; i < dimensions.Count; i++)
            {
                log += double.IsNaN(point[i]) ? 0 : LogKernel(kernel, i, point[i]);
            }

            logs[kernel] = log;
        }

        double highest = logs.Max();
        return highest + Math.Log(logs.Sum(log => Math.Exp(log - highest)));
    }

    private double LogKernel(int kernel, int dimension, double place)
    {
        Dimension definition = dimensions[dimension];
        if (!definition.IsOrdered)
        {
            return Math.Log(Weight(kernel, dimension, (int)place));
        }

        double mass = masses[(kernel * dimensions.Count) + dimension];
        if (definition.Count is not null)
        {
            (double low, double high) = definition.Cell(definition.Index(place));

            // Far from the centre the difference is 0 in doubles; the wide kernel alone speaks there.
            return Math.Log(Math.Max(Mass(kernel, dimension, low, high), double.Epsilon) / mass);
        }

        (double centre, double width) = Kernel(kernel, dimension);
        double distance = (place - centre) / width;
        return (-0.5 * distance * distance) - Math.Log(width * mass * Math.Sqrt(2 * Math.PI));
    }

    private double Mass(int kernel, int dimension, double low, double high)
    {
        (double centre, double width) = Kernel(kernel, dimension);
        return Normal.CDF(centre, width, high) - Normal.CDF(centre, width, low);
    }

    private (double Centre, double Width) Kernel(int kernel, int dimension) =>
        kernel < observations.Count && observations[kernel][dimension] is var centre && !double.IsNaN(centre) ? (centre, bandwidth) : (WideCentre, WideBandwidth);

    private double Weight(int kernel, int dimension, int value)
    {
        double values = dimensions[dimension].Count!.Value;
        if (kernel == observations.Count || double.IsNaN(observations[kernel][dimension]))
        {
            return 1 / values;
        }

        double prior = 1.0 / weights.Length;
        return (prior + ((int)observations[kernel][dimension] == value ? 1 : 0)) / (1 + (values * prior));
    }
}
