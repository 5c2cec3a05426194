using System.Text.Json;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Sweeps.Samplers;
using FsCheck;
using FsCheck.Fluent;

namespace Orchestrations.Tests.Sweeps.Samplers;

[TestClass]
public sealed class SamplerTests
{
    private static readonly SearchSpace Mixed = new(new Dictionary<string, ParameterDefinition>(StringComparer.Ordinal)
    {
        ["rate"] = new(ParameterKind.LogUniform, 1.00000001e-4, 0.98765432, []),
        ["dropout"] = new(ParameterKind.Quantized, 0, 0.5, []) { Step = 0.1 },
        ["width"] = new(ParameterKind.Int, 8, 512, []) { Log = true },
        ["layers"] = new(ParameterKind.Int, -1, 3, []),
        ["optimizer"] = new(ParameterKind.Choice, 0, 0, Values("adam", "sgd")),
        ["momentum"] = new(ParameterKind.Uniform, 0.5, 0.99, []) { When = When("optimizer", "sgd") },
        ["nesterov"] = new(ParameterKind.Choice, 0, 0, Values("yes", "no")) { When = When("optimizer", "sgd") },
        ["warmup"] = new(ParameterKind.Fixed, 0, 0, Values("linear")) { When = When("nesterov", "yes") },
    });

    [TestMethod]
    [DataRow(SamplerKind.Random)]
    [DataRow(SamplerKind.Sobol)]
    [DataRow(SamplerKind.Tpe)]
    public void Every_point_keeps_to_bounds_steps_and_conditions(SamplerKind kind) =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<double[]>(), (seed, objectives) =>
        {
            ISampler sampler = Sampler(kind, Math.Abs((long)seed));
            var seen = new List<SeenTrial>();
            for (int trial = 0; trial < 16; trial++)
            {
                IReadOnlyDictionary<string, JsonElement> point = sampler.Sample(trial, seen);
                Keeps(point);
                seen.Add(new SeenTrial(point, objectives.Length > 0 ? objectives[trial % objectives.Length] : null));
            }
        }).QuickCheckThrowOnFailure();

    [TestMethod]
    public void What_is_chosen_depends_on_the_seed_the_number_and_the_results_alone() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNegativeInt>(), ArbMap.Default.ArbFor<NonNegativeInt>(), (seed, trial) =>
        {
            SeenTrial[] seen = [.. Enumerable.Range(0, 20).Select(i => new SeenTrial(new RandomSampler(Mixed, seed.Get).Sample(i, []), i % 5 == 4 ? null : Math.Sin(i + seed.Get)))];
            foreach (SamplerKind kind in (SamplerKind[])[SamplerKind.Random, SamplerKind.Sobol, SamplerKind.Tpe])
            {
                ISampler used = Sampler(kind, seed.Get);
                used.Sample(trial.Get + 1, seen);

                Assert.AreEqual(Text(Sampler(kind, seed.Get).Sample(trial.Get, seen)), Text(used.Sample(trial.Get, seen)), $"{kind}");
            }
        }).QuickCheckThrowOnFailure();

    [TestMethod]
    public void A_value_and_its_place_on_the_unit_interval_belong_together()
    {
        foreach (Dimension dimension in Mixed.Dimensions.Where(dimension => dimension.IsOrdered))
        {
            for (int i = 0; i <= 1000; i++)
            {
                JsonElement value = dimension.At(i / 1000.0);
                double again = dimension.At(Math.Clamp(dimension.Unit(value), 0, 1)).GetDouble();

                Assert.AreEqual(value.GetDouble(), again, 1e-5 * Math.Abs(value.GetDouble()), dimension.Name);
            }
        }
    }

    [TestMethod]
    public void An_int_on_a_log_scale_is_drawn_with_both_bounds_and_small_ones_more_often()
    {
        var space = new SearchSpace(new Dictionary<string, ParameterDefinition>(StringComparer.Ordinal) { ["n"] = new(ParameterKind.Int, 1, 8, []) { Log = true } });

        long[] drawn = [.. Enumerable.Range(0, 2000).Select(trial => new RandomSampler(space, 1).Sample(trial, [])["n"].GetInt64())];

        CollectionAssert.AreEqual(Enumerable.Range(1, 8).Select(n => (long)n).ToArray(), drawn.Distinct().Order().ToArray());
        Assert.IsTrue(drawn.Count(n => n == 1) > 3 * drawn.Count(n => n == 8));
    }

    [TestMethod]
    public void A_grid_has_every_point_once_in_an_order_of_its_seed()
    {
        var space = new SearchSpace(new Dictionary<string, ParameterDefinition>(StringComparer.Ordinal)
        {
            ["o"] = new(ParameterKind.Choice, 0, 0, Values("a", "b")),
            ["m"] = new(ParameterKind.Quantized, 0, 1, []) { Step = 0.25, When = When("o", "b") },
            ["n"] = new(ParameterKind.Int, 1, 2, []),
        });
        string[] Points(long seed) => [.. Enumerable.Range(0, new GridSampler(space, seed).Count).Select(trial => Text(new GridSampler(space, seed).Sample(trial, [])))];

        Assert.AreEqual(2 * (1 + 5), Points(1).Distinct(StringComparer.Ordinal).Count());
        CollectionAssert.AreEquivalent(Points(1), Points(2));
        CollectionAssert.AreNotEqual(Points(1), Points(2));
        CollectionAssert.Contains(Points(1), """{"m":0.75,"n":2,"o":"b"}""");
        CollectionAssert.Contains(Points(1), """{"n":1,"o":"a"}""");
    }

    [TestMethod]
    public void The_Sobol_sequence_is_the_one_of_Joe_and_Kuo()
    {
        // The first points in three dimensions, as the authors' own program prints them.
        double[][] first = [[0, 0, 0], [0.5, 0.5, 0.5], [0.75, 0.25, 0.25], [0.25, 0.75, 0.75], [0.375, 0.375, 0.625], [0.875, 0.875, 0.125], [0.625, 0.125, 0.875], [0.125, 0.625, 0.375]];
        for (int point = 0; point < first.Length; point++)
        {
            for (int column = 0; column < 3; column++)
            {
                Assert.AreEqual(first[point][column], SobolSampler.Coordinate(column, point) / Math.Pow(2, 32), $"point {point}, dimension {column}");
            }
        }
    }

    [TestMethod]
    public void In_every_dimension_of_the_Sobol_sequence_each_256th_holds_one_of_256_points()
    {
        for (int column = 0; column < SamplerDefinition.MostSobolParameters; column++)
        {
            Assert.AreEqual(256, Enumerable.Range(0, 256).Select(point => SobolSampler.Coordinate(column, point) >> 24).Distinct().Count(), $"dimension {column}");
        }
    }

    private static ISampler Sampler(SamplerKind kind, long seed) => kind switch
    {
        SamplerKind.Sobol => new SobolSampler(Mixed, seed),
        SamplerKind.Tpe => new TpeSampler(Mixed, ObjectiveGoal.Maximize, seed, startup: 4),
        _ => new RandomSampler(Mixed, seed),
    };

    private static void Keeps(IReadOnlyDictionary<string, JsonElement> point)
    {
        foreach (Dimension dimension in Mixed.Dimensions)
        {
            Assert.AreEqual(dimension.IsActive(point), point.ContainsKey(dimension.Name), dimension.Name);
            if (!point.TryGetValue(dimension.Name, out JsonElement value))
            {
                continue;
            }

            if (dimension.IsOrdered)
            {
                Assert.IsTrue(value.GetDouble() >= dimension.Definition.Min && value.GetDouble() <= dimension.Definition.Max, $"{dimension.Name}: {value}");
            }

            if (dimension.Count is { } count)
            {
                Assert.IsTrue(Enumerable.Range(0, (int)count).Any(i => JsonElement.DeepEquals(dimension.Value(i), value)), $"{dimension.Name}: {value}");
            }
        }
    }

    private static string Text(IReadOnlyDictionary<string, JsonElement> point) => JsonSerializer.Serialize(point);

    private static JsonElement[] Values(params string[] values) => [.. values.Select(value => JsonSerializer.SerializeToElement(value))];

    private static Dictionary<string, IReadOnlyList<JsonElement>> When(string name, string value) => new(StringComparer.Ordinal) { [name] = Values(value) };
}
