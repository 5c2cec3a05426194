using System.Text.Json;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Sweeps.Samplers;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Sweeps.Samplers;

[TestClass]
public class RandomSamplerTests
{
    private static readonly IReadOnlyDictionary<string, ParameterDefinition> Space = PipelineJson.Definition().Sweep.Parameters;

    [TestMethod]
    public void The_same_seed_gives_the_same_trials()
    {
        Assert.AreEqual(JsonSerializer.Serialize(Draw(Space, 7, 3)), JsonSerializer.Serialize(Draw(Space, 7, 3)));
        Assert.AreNotEqual(JsonSerializer.Serialize(Draw(Space, 7, 3)), JsonSerializer.Serialize(Draw(Space, 8, 3)));
        Assert.AreNotEqual(JsonSerializer.Serialize(Draw(Space, 7, 3)), JsonSerializer.Serialize(Draw(Space, 7, 4)));
    }

    [TestMethod]
    public void A_new_parameter_changes_no_other()
    {
        var larger = new Dictionary<string, ParameterDefinition>(Space) { ["another"] = new(ParameterKind.Uniform, 0, 1, []) };

        Assert.AreEqual(Draw(Space, 7, 0)["learning_rate"].GetDouble(), Draw(larger, 7, 0)["learning_rate"].GetDouble());
    }

    [TestMethod]
    public void Values_keep_to_their_ranges_and_types()
    {
        for (int trial = 0; trial < 2000; trial++)
        {
            IReadOnlyDictionary<string, JsonElement> drawn = Draw(Space, 1, trial);

            Assert.IsTrue(drawn["learning_rate"].GetDouble() is >= 0.001 and <= 0.02);
            Assert.IsTrue(drawn["hidden"].GetInt64() is >= 32 and <= 128);
            Assert.IsTrue(drawn["batch_size"].GetInt64() is 64 or 128 or 256);
            Assert.AreEqual(16, drawn["channels"].GetInt64());
        }
    }

    [TestMethod]
    public void The_bounds_of_an_int_are_drawn_too()
    {
        var space = new Dictionary<string, ParameterDefinition> { ["n"] = new(ParameterKind.Int, -1, 1, []) };

        long[] seen = [.. Enumerable.Range(0, 100).Select(trial => Draw(space, 1, trial)["n"].GetInt64()).Distinct().Order()];

        CollectionAssert.AreEqual(new long[] { -1, 0, 1 }, seen);
    }

    [TestMethod]
    public void Log_uniform_spreads_evenly_over_magnitudes()
    {
        var space = new Dictionary<string, ParameterDefinition> { ["rate"] = new(ParameterKind.LogUniform, 1e-4, 1, []) };

        int small = Enumerable.Range(0, 4000).Count(trial => Draw(space, 1, trial)["rate"].GetDouble() < 1e-2);

        // Half of them, within five standard deviations.
        Assert.IsTrue(Math.Abs(small - 2000) < 158, $"{small}");
    }

    private static IReadOnlyDictionary<string, JsonElement> Draw(IReadOnlyDictionary<string, ParameterDefinition> parameters, long seed, int trial) =>
        new RandomSampler(new SearchSpace(parameters), seed).Sample(trial, []);
}
