using DurableMl.Cli.Pipelines;
using DurableMl.Cli.Progress;
using Spectre.Console;

namespace Cli.Tests.Progress;

[TestClass]
public sealed class RunTablesTests
{
    [TestMethod]
    [DataRow(1, 1, "1 example in 1 shard")]
    [DataRow(2, 3, "2 examples in 3 shards")]
    public void One_of_a_kind_is_one(long examples, int shards, string size) =>
        Assert.AreEqual(size, new RunDataset("d", "v", Reused: false, examples, shards).Size());

    [TestMethod]
    public void The_picture_shows_phases_dataset_and_trials()
    {
        var text = Draw(width: 160);

        StringAssert.Contains(text, "dataset mnist 0123456789ab, 70000 examples in 24 shards (reused)");
        Line(text, "preprocess", "4.5 s");
        Line(text, "train ", "1/2", "10.0 s");
        Line(text, "trial-000", "completed", "0.9876 best", "2/2");
        Line(text, "trial-001", "failed", "2+1", "diverged (learning_rate 100)");
        Assert.IsFalse(text.Contains("approve", StringComparison.Ordinal), "A pipeline that asks nobody shows no such phase.");
    }

    [TestMethod]
    public void In_a_narrow_terminal_every_trial_keeps_to_its_line()
    {
        var text = Draw(width: 80);

        Assert.HasCount(5 + 1 + 6, text.TrimEnd().Split('\n'), text);
        Assert.IsTrue(text.Split('\n').All(line => line.TrimEnd().Length <= 80), text);
        Line(text, "trial-001", "failed", "diverged");
    }

    [TestMethod]
    public void The_best_come_first_with_a_line_of_how_they_went()
    {
        var curves = new Sparklines();
        RunTrial[] trials = [Trial("trial-000", 0.9), Trial("trial-001", null), Trial("trial-002", 0.1), Trial("trial-003", 0.5)];
        foreach (var (epoch, value) in new[] { (1.0, 0.9), (1.5, 0.8), (2, 0.5), (3, 0.1) })
        {
            curves.Add([trials[2] with { Epoch = epoch, Objective = value }]);
        }

        var text = Draw(new RunProgress { Objective = new RunObjective("validation_loss", "minimize"), Trials = trials }, 120, curves);

        Line(text, "trial-002", "█▅▁");
        int[] places = [.. new[] { "trial-002", "trial-003", "trial-000", "trial-001" }.Select(id => text.IndexOf(id, StringComparison.Ordinal))];
        CollectionAssert.AreEqual(places.Order().ToArray(), places);
        StringAssert.Contains(text, "validation_…");
        Assert.IsTrue(text.Split('\n').All(line => line.TrimEnd().Length <= 120), text);

        static RunTrial Trial(string id, double? objective) => new() { Id = id, State = "running", Objective = objective, Epoch = 3, Budget = 9 };
    }

    [TestMethod]
    [DataRow("""{ "runId": "a", "state": "cancelled", "runtimeStatus": "Completed", "customStatus": { "error": "cancelled: enough" } }""", "a: cancelled: enough")]
    [DataRow("""{ "runId": "a", "state": "rejected", "runtimeStatus": "Completed" }""", "a: rejected")]
    [DataRow("""{ "runId": "a", "state": "failed", "runtimeStatus": "Failed", "output": "train: out of memory" }""", "a: failed, train: out of memory")]
    public void A_run_is_said_to_be_what_it_is_and_not_how_its_orchestration_ended(string run, string line) => Assert.AreEqual(line, RunTables.Headline(Runs.Parse(run)));

    private static string Draw(int width) => Draw(Runs.Training.CustomStatus!, width);

    private static string Draw(RunProgress progress, int width, Sparklines? curves = null)
    {
        var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = width;
        console.Write(RunTables.Live(progress, Runs.Start + TimeSpan.FromSeconds(15), width, curves));
        return output.ToString();
    }

    private static void Line(string text, params string[] parts) =>
        Assert.IsTrue(text.Split('\n').Any(line => parts.All(part => line.Contains(part, StringComparison.Ordinal))), $"No line with {string.Join(", ", parts)} in:\n{text}");
}
