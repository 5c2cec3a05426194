using System.Text.Json;
using DurableMl.Orchestrations.Pipelines;

namespace DurableMl.Bench.Sweeps.Problems;

/// <summary>A function to minimise whose least value is known. Domains and constants as in Surjanovic and Bingham, "Virtual library of simulation experiments", 2013.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Space">Its domain.</param>
/// <param name="Least">Its least value.</param>
/// <param name="Of">The function.</param>
public sealed record TestFunction(string Name, IReadOnlyDictionary<string, ParameterDefinition> Space, double Least, Func<double[], double> Of)
{
    private static readonly double[] HartmannAlpha = [1, 1.2, 3, 3.2];

    private static readonly double[][] HartmannA =
    [
        [10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14],
    ];

    private static readonly double[][] HartmannP =
    [
        [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886], [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
        [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650], [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
    ];

    /// <summary>Two dimensions, three equal minima.</summary>
    public static TestFunction Branin { get; } = new("Branin", Box((-5, 10), (0, 15)), 0.397887, x =>
        Math.Pow(x[1] - (5.1 / (4 * Math.PI * Math.PI) * x[0] * x[0]) + (5 / Math.PI * x[0]) - 6, 2) + (10 * (1 - (1 / (8 * Math.PI))) * Math.Cos(x[0])) + 10);

    /// <summary>Six dimensions, six minima.</summary>
    public static TestFunction Hartmann6 { get; } = new("Hartmann-6", Box([.. Enumerable.Repeat((0.0, 1.0), 6)]), -3.32237, x =>
        -HartmannAlpha.Select((alpha, i) => alpha * Math.Exp(-x.Select((value, j) => HartmannA[i][j] * Math.Pow(value - HartmannP[i][j], 2)).Sum())).Sum());

    /// <summary>Two dimensions, a bent valley.</summary>
    public static TestFunction Rosenbrock2 { get; } = new("Rosenbrock, 2 dimensions", Box((-2, 2), (-2, 2)), 0, Rosenbrock);

    /// <summary>The same in five dimensions.</summary>
    public static TestFunction Rosenbrock5 { get; } = new("Rosenbrock, 5 dimensions", Box([.. Enumerable.Repeat((-5.0, 10.0), 5)]), 0, Rosenbrock);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<TestFunction> All { get; } = [Branin, Hartmann6, Rosenbrock2, Rosenbrock5];

    /// <summary>The value at a trial's parameters.</summary>
    public double At(IReadOnlyDictionary<string, JsonElement> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return Of([.. parameters.OrderBy(parameter => parameter.Key, StringComparer.Ordinal).Select(parameter => parameter.Value.GetDouble())]);
    }

    private static double Rosenbrock(double[] x) => x.Zip(x.Skip(1), (a, b) => (100 * Math.Pow(b - (a * a), 2)) + Math.Pow(1 - a, 2)).Sum();

    private static Dictionary<string, ParameterDefinition> Box(params (double Min, double Max)[] sides) => sides
        .Select((side, i) => (Name: FormattableString.Invariant($"x{i}"), Definition: new ParameterDefinition(ParameterKind.Uniform, side.Min, side.Max, [])))
        .ToDictionary(dimension => dimension.Name, dimension => dimension.Definition, StringComparer.Ordinal);
}
