using System.Text.Json;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Sweeps.Samplers;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Sweeps.Samplers;

/// <summary>Sweeps over so few points that chance draws them twice.</summary>
[TestClass]
public sealed class DistinctSamplerTests
{
    private static readonly Dictionary<string, ParameterDefinition> Space = new(StringComparer.Ordinal)
    {
        ["layers"] = new(ParameterKind.Int, 1, 6, []),
        ["optimizer"] = new(ParameterKind.Choice, 0, 0, [JsonSerializer.SerializeToElement("adam"), JsonSerializer.SerializeToElement("sgd")]),
        ["momentum"] = new(ParameterKind.Choice, 0, 0, [JsonSerializer.SerializeToElement(0.9), JsonSerializer.SerializeToElement(0.99)])
        {
            When = new Dictionary<string, IReadOnlyList<JsonElement>> { ["optimizer"] = [JsonSerializer.SerializeToElement("sgd")] },
        },
    };

    private static readonly int Points = new SearchSpace(Space).Points().Count();

    [TestMethod]
    [DataRow(SamplerKind.Random)]
    [DataRow(SamplerKind.Sobol)]
    [DataRow(SamplerKind.Tpe)]
    public void Every_point_comes_once_and_the_same_for_the_same_seed(SamplerKind kind)
    {
        string[] drawn = Draw(kind, repeats: false);

        Assert.AreEqual(18, Points);
        Assert.HasCount(Points, drawn.Distinct().ToArray());
        CollectionAssert.AreEqual(drawn, Draw(kind, repeats: false));
    }

    [TestMethod]
    [DataRow(SamplerKind.Random)]
    [DataRow(SamplerKind.Tpe)]
    public void Where_repeats_are_asked_for_some_points_come_again(SamplerKind kind) => Assert.IsLessThan(Points, Draw(kind, repeats: true).Distinct().Count());

    [TestMethod]
    [DataRow(18, false, null)]
    [DataRow(19, false, "must be at most 18, as many as there are different parameters")]
    [DataRow(19, true, null)]
    public void More_trials_than_points_are_refused_unless_repeats_are_asked_for(int trials, bool repeats, string? reason)
    {
        System.Text.Json.Nodes.JsonObject pipeline = PipelineJson.Example();
        pipeline["sweep"]!["parameters"] = JsonSerializer.SerializeToNode(new
        {
            layers = new { type = "int", min = 1, max = 6 },
            optimizer = new { type = "choice", values = new[] { "adam", "sgd" } },
            momentum = new { type = "choice", values = new[] { 0.9, 0.99 }, when = new { optimizer = "sgd" } },
        });
        pipeline["sweep"]!["trials"] = trials;
        pipeline["sweep"]!["repeats"] = repeats;

        PipelineReading reading = PipelineJson.Read(pipeline);

        Assert.AreEqual(reason is null, reading.IsValid, string.Join(Environment.NewLine, reading.Errors));
        StringAssert.StartsWith(reading.Errors.SingleOrDefault()?.Reason ?? "", reason ?? "");
    }

    private static string[] Draw(SamplerKind kind, bool repeats)
    {
        SweepDefinition sweep = PipelineJson.Definition().Sweep with { Parameters = Space, Sampler = new SamplerDefinition(kind, StartupTrials: 4), Repeats = repeats };
        ISampler sampler = sweep.CreateSampler();
        var seen = new List<SeenTrial>();
        for (int trial = 0; trial < Points; trial++)
        {
            IReadOnlyDictionary<string, JsonElement> point = sampler.Sample(trial, seen);
            seen.Add(new SeenTrial(point, point["layers"].GetDouble()));
        }

        return [.. seen.Select(one => DistinctSampler.KeyOf(one.Parameters))];
    }
}
