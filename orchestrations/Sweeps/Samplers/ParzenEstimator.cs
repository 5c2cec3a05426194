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

    private readonly IReadOnlyList<Dimension> dimensions;
    private readonly double[] weights;
    private readonly double[] logWeights;

    // By kernel and dimension, the wide kernel last. A search asks for the density thousands of times, so all that does not depend on the
    // point is worked out once.
    private readonly Kernel[] kernels;

    /// <summary>The density of what was observed.</summary>
    /// <param name="dimensions">The space.</param>
    /// <param name="observations">By dimension: a place on the unit interval, the index of a choice's value, or NaN.</param>
    /// <param name="weights">What each observation counts, beside 1 for the wide kernel.</param>
    public ParzenEstimator(IReadOnlyList<Dimension> dimensions, IReadOnlyList<double[]> observations, IReadOnlyList<double> weights)
    {
        this.dimensions = dimensions;
        double total = weights.Sum() + 1;
        this.weights = [.. weights.Append(1).Select(weight => weight / total)];
        logWeights = [.. this.weights.Select(weight => Math.Log(weight))];

        // Scott's rule, and no kernel so narrow that the density falls apart ("magic clip").
        int count = observations.Count;
        double scott = BandwidthScale * Math.Pow(Math.Max(count, 1), -1.0 / (dimensions.Count(dimension => dimension.Count != 1) + 4));
        double bandwidth = Math.Clamp(scott, 1.0 / Math.Min(100, count + 2), Kernel.Wide.Width);
        kernels = new Kernel[(count + 1) * dimensions.Count];
        for (int kernel = 0; kernel <= count; kernel++)
        {
            for (int i = 0; i < dimensions.Count; i++)
            {
                double place = kernel < count ? observations[kernel][i] : double.NaN;
                kernels[(kernel * dimensions.Count) + i] = double.IsNaN(place) ? Kernel.Wide : dimensions[i].IsOrdered ? Kernel.At(place, bandwidth) : new Kernel(place, 0, 0, 0);
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
        Kernel from = kernels[(kernel * dimensions.Count) + dimension];
        if (!dimensions[dimension].IsOrdered)
        {
            double fraction = generator.NextFraction();
            int last = (int)dimensions[dimension].Count!.Value - 1;
            int value = 0;
            while (value < last && (fraction -= Weight(from, dimension, value)) >= 0)
            {
                value++;
            }

            return value;
        }

        while (true)
        {
            // Box and Muller. At least a third of all draws falls into the interval: the centre lies in it, and the width is at most its length.
            double normal = Math.Sqrt(-2 * Math.Log(1 - generator.NextFraction())) * Math.Cos(2 * Math.PI * generator.NextFraction());
            double place = from.Centre + (from.Width * normal);
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
        logWeights.CopyTo(logs, 0);
        for (int i = 0; i < dimensions.Count; i++)
        {
            if (!double.IsNaN(point[i]) && dimensions[i].Count != 1)
            {
                Add(logs, i, point[i]);
            }
        }

        double highest = logs.Max();
        double sum = 0;
        foreach (double log in logs)
        {
            sum += Math.Exp(log - highest);
        }

        return highest + Math.Log(sum);
    }

    /// <summary>Adds to each kernel's logarithm its density in one dimension.</summary>
    private void Add(double[] logs, int dimension, double place)
    {
        Dimension definition = dimensions[dimension];
        (double low, double high) = definition is { IsOrdered: true, Count: not null } ? definition.Cell(definition.Index(place)) : default;
        for (int kernel = 0; kernel < logs.Length; kernel++)
        {
            Kernel at = kernels[(kernel * dimensions.Count) + dimension];
            if (!definition.IsOrdered)
            {
                logs[kernel] += Math.Log(Weight(at, dimension, (int)place));
            }
            else if (definition.Count is not null)
            {
                // Far from the centre the difference is 0 in doubles; the wide kernel alone speaks there.
                logs[kernel] += Math.Log(Math.Max(Normal.CDF(at.Centre, at.Width, high) - Normal.CDF(at.Centre, at.Width, low), double.Epsilon)) - at.LogMass;
            }
            else
            {
                double distance = (place - at.Centre) / at.Width;
                logs[kernel] -= (0.5 * distance * distance) + at.LogNorm;
            }
        }
    }

    private double Weight(Kernel kernel, int dimension, int value)
    {
        double values = dimensions[dimension].Count!.Value;
        double prior = 1.0 / weights.Length;
        return kernel == Kernel.Wide ? 1 / values : (prior + ((int)kernel.Centre == value ? 1 : 0)) / (1 + (values * prior));
    }

    /// <summary>A kernel in one dimension.</summary>
    /// <param name="Centre">The middle of the normal distribution, or the index of a choice's value.</param>
    /// <param name="Width">The standard deviation.</param>
    /// <param name="LogMass">The logarithm of the normal distribution's share within the unit interval.</param>
    /// <param name="LogNorm">The logarithm of what the density is divided by.</param>
    private readonly record struct Kernel(double Centre, double Width, double LogMass, double LogNorm)
    {
        public static readonly Kernel Wide = At(0.5, 1);

        public static Kernel At(double centre, double width)
        {
            double logMass = Math.Log(Normal.CDF(centre, width, 1) - Normal.CDF(centre, width, 0));
            return new Kernel(centre, width, logMass, Math.Log(width * Math.Sqrt(2 * Math.PI)) + logMass);
        }
    }
}
