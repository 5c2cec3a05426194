using System.Text.Json;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Randomness;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps.Reports;
using DurableMl.Orchestrations.Training;

namespace Orchestrations.Tests.Sweeps.Reports;

[TestClass]
public sealed class ParameterImportanceTests
{
    private static readonly SearchSpace Space = new(new Dictionary<string, ParameterDefinition>
    {
        ["rate"] = new(ParameterKind.LogUniform, 0.001, 1, []),
        ["width"] = new(ParameterKind.Int, 1, 64, []),
        ["kind"] = new(ParameterKind.Choice, 0, 0, [JsonSerializer.SerializeToElement("a"), JsonSerializer.SerializeToElement("b")]),
        ["seed"] = new(ParameterKind.Fixed, 0, 0, [JsonSerializer.SerializeToElement(7)]),
    });

    [TestMethod]
    public void What_decides_comes_first_and_what_does_nothing_explains_next_to_nothing()
    {
        IReadOnlyList<ParameterImportance> found = ParameterImportance.Of(Space, Trials(60, (rate, _, _) => -Math.Abs(Math.Log10(rate) + 1.5)));

        Assert.AreEqual("rate", found[0].Parameter);
        Assert.IsGreaterThan(0.85, found[0].Share!.Value);
        Assert.IsTrue(found.Skip(1).All(other => other.Share < 0.15), string.Join(Environment.NewLine, found));
        Assert.IsFalse(found.Any(one => one.Parameter == "seed"), "what does not vary explains nothing");
    }

    [TestMethod]
    public void A_choice_that_decides_is_seen_and_one_trial_that_diverged_hides_nothing()
    {
        TrialSummary[] trials = Trials(40, (_, width, kind) => (kind == "a" ? 0 : 1) + (0.001 * width));
        trials[3] = trials[3] with { Objective = 1e12 };

        IReadOnlyList<ParameterImportance> found = ParameterImportance.Of(Space, trials);

        Assert.AreEqual("kind", found[0].Parameter);
        Assert.IsGreaterThan(0.6, found[0].Share!.Value);
    }

    [TestMethod]
    public void Of_a_linear_function_of_two_each_has_its_share()
    {
        // Var(3u) is nine tenths of Var(3u + v).
        IReadOnlyList<ParameterImportance> found = ParameterImportance.Of(Space, Trials(900, (rate, width, _) => (3 * (Math.Log10(rate) + 3) / 3) + (width / 64)));

        Assert.AreEqual(0.9, found.Single(one => one.Parameter == "rate").Share!.Value, 0.04);
        Assert.AreEqual(0.1, found.Single(one => one.Parameter == "width").Share!.Value, 0.05);
    }

    [TestMethod]
    public void Too_few_trials_and_trials_without_a_number_say_nothing()
    {
        TrialSummary[] trials = [.. Trials(5, (rate, _, _) => rate), .. Trials(30, (_, _, _) => double.NaN), .. Trials(30, (_, _, _) => 0).Select(trial => trial with { Objective = null })];

        IReadOnlyList<ParameterImportance> found = ParameterImportance.Of(Space, trials);

        Assert.IsTrue(found.All(one => one is { Share: null, Trials: 5 }), string.Join(Environment.NewLine, found));
    }

    [TestMethod]
    public void When_all_come_to_the_same_no_parameter_matters() =>
        Assert.IsTrue(ParameterImportance.Of(Space, Trials(20, (_, _, _) => 0.5)).All(one => one.Share == 0));

    private static TrialSummary[] Trials(int count, Func<double, double, string, double> objective)
    {
        var generator = SeededGenerator.For(3, "importance");
        var trials = new List<TrialSummary>();
        for (int i = 0; i < count; i++)
        {
            double rate = Math.Pow(10, -3 + (3 * generator.NextFraction()));
            int width = 1 + (int)generator.NextBelow(64);
            string kind = generator.NextBelow(2) == 0 ? "a" : "b";
            var parameters = new Dictionary<string, JsonElement>
            {
                ["rate"] = JsonSerializer.SerializeToElement(rate),
                ["width"] = JsonSerializer.SerializeToElement(width),
                ["kind"] = JsonSerializer.SerializeToElement(kind),
                ["seed"] = JsonSerializer.SerializeToElement(7),
            };
            trials.Add(new TrialSummary(RunIds.TrialId(i), TrialState.Completed, parameters, objective(rate, width, kind), 1, 1, 1, 0, false, null));
        }

        return [.. trials];
    }
}
