using System.Text.Json;
using DurableMl.Bench.Sweeps.Problems;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Sweeps.Samplers;

namespace Orchestrations.Tests.Sweeps.Samplers;

[TestClass]
public sealed class TpeSamplerTests
{
    private static readonly SearchSpace Line = new(new Dictionary<string, ParameterDefinition>(StringComparer.Ordinal) { ["x"] = new(ParameterKind.Uniform, 0, 1, []) });

    // bench/Sweeps measures Rosenbrock in two dimensions, too.
    public static IEnumerable<object[]> Functions => [[TestFunction.Branin.Name], [TestFunction.Hartmann6.Name], [TestFunction.Rosenbrock5.Name]];

    [TestMethod]
    [DynamicData(nameof(Functions))]
    public void It_reaches_what_random_search_has_after_64_trials_in_at_most_40_percent_of_them(string name)
    {
        TpeAgainstRandom compared = Search.Compare(TestFunction.All.Single(function => function.Name == name), repetitions: 20);

        Assert.IsTrue(compared.Share <= 0.4, $"{compared.Share:P0} of the trials: {string.Join(", ", compared.Needed.Order())}");
    }

    [TestMethod]
    public void Until_enough_trials_have_a_result_it_draws_at_random()
    {
        SeenTrial[] seen = [.. Enumerable.Range(0, 30).Select(i => new SeenTrial(At(i / 30.0), i < 9 ? i : i % 2 == 0 ? null : double.NaN))];

        Assert.AreEqual(new RandomSampler(Line, 3).Sample(30, [])["x"].GetDouble(), Tpe(3).Sample(30, seen)["x"].GetDouble());
    }

    [TestMethod]
    public void It_looks_where_the_best_trials_are_whichever_way_is_better()
    {
        SeenTrial[] seen = [.. Enumerable.Range(0, 40).Select(i => new SeenTrial(At(i / 40.0), i))];

        double[] low = Drawn(ObjectiveGoal.Minimize);
        double[] high = Drawn(ObjectiveGoal.Maximize);

        Assert.IsTrue(low.Order().ElementAt(15) < 0.25, string.Join(", ", low));
        Assert.IsTrue(high.Order().ElementAt(15) > 0.75, string.Join(", ", high));

        double[] Drawn(ObjectiveGoal goal) => [.. Enumerable.Range(0, 31).Select(seed => new TpeSampler(Line, goal, seed).Sample(40, seen)["x"].GetDouble())];
    }

    [TestMethod]
    public void Trials_under_way_keep_others_from_the_same_place()
    {
        SeenTrial[] ended = [.. Enumerable.Range(0, 20).Select(i => new SeenTrial(At(i / 20.0), Math.Abs((i / 20.0) - 0.3)))];
        SeenTrial[] busy = [.. ended, .. Enumerable.Range(0, 15).Select(_ => new SeenTrial(At(0.3), null))];

        double alone = Distance(ended);
        double among = Distance(busy);

        Assert.IsTrue(among > alone, $"{among} against {alone}");

        double Distance(SeenTrial[] seen) => Enumerable.Range(0, 40).Average(seed => Math.Abs(Tpe(seed).Sample(50, seen)["x"].GetDouble() - 0.3));
    }

    [TestMethod]
    public void A_choice_that_does_well_is_tried_more_often()
    {
        var space = new SearchSpace(new Dictionary<string, ParameterDefinition>(StringComparer.Ordinal)
        {
            ["kind"] = new(ParameterKind.Choice, 0, 0, [.. Enumerable.Range(0, 5).Select(i => JsonSerializer.SerializeToElement(i))]),
        });
        SeenTrial[] seen = [.. Enumerable.Range(0, 40).Select(i => new SeenTrial(Point(space, i % 5), i % 5 == 2 ? 1 : 0))];

        int often = Enumerable.Range(0, 40).Count(seed => new TpeSampler(space, ObjectiveGoal.Maximize, seed).Sample(40, seen)["kind"].GetInt32() == 2);

        Assert.IsTrue(often > 20, $"{often} of 40");
    }

    private static IReadOnlyDictionary<string, JsonElement> Point(SearchSpace space, int index) => space.Point(i => space.Dimensions[i].Value(index));

    private static TpeSampler Tpe(long seed) => new(Line, ObjectiveGoal.Minimize, seed);

    private static Dictionary<string, JsonElement> At(double x) => new(StringComparer.Ordinal) { ["x"] = JsonSerializer.SerializeToElement(x) };
}
