using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.BatchJobs.Submission;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Sweeps.Reports;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask.Client;
using NSubstitute;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Sweeps.Reports;

[TestClass]
public sealed partial class SweepReportTests
{
    private const string Hostile = "</title><script>alert(1)</script>\"'&";

    [TestMethod]
    [DataRow(ObjectiveGoal.Maximize, 0.9)]
    [DataRow(ObjectiveGoal.Minimize, 0.1)]
    public void Equally_good_trials_have_one_colour_that_of_the_best_where_none_is_better(ObjectiveGoal goal, double best)
    {
        var scale = new ObjectiveScale([0.1, 0.9, 0.9, 0.1, 0.5], goal);
        string alone = new ObjectiveScale([best], goal).Colour(best);

        Assert.AreEqual(alone, scale.Colour(best));
        Assert.AreNotEqual(alone, scale.Colour(0.5));
        Assert.AreNotEqual(scale.Colour(0.5), scale.Colour(1 - best));
    }

    [TestMethod]
    public async Task A_run_whose_history_is_gone_is_reported_from_its_blobs()
    {
        BlobServiceClient blobs = await Storage.BlobsAsync();
        string run = Storage.NewName("run");
        await KeepAsync(blobs, run);

        SweepReport report = (await new SweepReportReader(blobs, TimeProvider.System).ReadAsync(Substitute.For<DurableTaskClient>("hub"), run, default))!;

        Assert.AreEqual((run, "published", "trial-001"), (report.RunId, report.State, report.Best!.Trial));
        TrialHistory history = report.Histories["trial-001"];
        CollectionAssert.AreEqual(new[] { new MetricPoint(1, 0.7), new MetricPoint(2, 0.9) }, history.Curve.ToArray(), "the epoch that came again counts once, and half a line not at all");
        CollectionAssert.AreEqual(new[] { ("node-a", NodeTimeEnd.Preempted), ("node-b", NodeTimeEnd.Ended) }, history.Nodes.Select(node => (node.Node, node.End)).ToArray());
        Assert.AreEqual(DateTimeOffset.Parse("2026-01-02T03:10:00Z", null), history.Nodes[1].To);
        Assert.AreEqual((1.5, 3.0), (report.Cost.NodeHours, report.Cost.Usd!.Value));
        Assert.AreEqual(0.95, report.Evaluation!.Metrics["accuracy"]);
        StringAssert.Contains(ReportPage.Of(report), "<b>3.00</b><span>US dollars so far</span>");
    }

    [TestMethod]
    [DataRow("no-such-run")]
    [DataRow("NOT/AN/ID")]
    public async Task Where_there_is_no_run_there_is_no_report(string run) =>
        Assert.IsNull(await new SweepReportReader(await Storage.BlobsAsync(), TimeProvider.System).ReadAsync(Substitute.For<DurableTaskClient>("hub"), run, default));

    [TestMethod]
    public void What_users_write_is_text_on_the_page_and_nothing_is_loaded_from_anywhere()
    {
        string page = ReportPage.Of(Report());

        Assert.DoesNotContain("<script", page);
        Assert.DoesNotContain("http://", page);
        Assert.DoesNotContain("https://", page);
        Assert.DoesNotContain(" style=", page);
        StringAssert.Contains(page, WebUtility.HtmlEncode(Hostile));
        string style = StyleElement().Match(page).Groups[1].Value;
        StringAssert.Contains(ReportPage.ContentSecurityPolicy, $"style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)))}'");
        StringAssert.Contains(page, WebUtility.HtmlEncode(ReportPage.ContentSecurityPolicy));
    }

    [TestMethod]
    public void Each_drawing_is_well_formed_and_shows_every_trial()
    {
        XElement[] drawings = [.. SvgElement().Matches(ReportPage.Of(Report())).Select(match => XElement.Parse(match.Value))];
        XElement[] figures = [.. drawings.Where(drawing => (double)drawing.Attribute("width")! > 100)];

        // Parallel coordinates, curves, importance, a slice for each parameter, the timeline.
        Assert.HasCount(7, figures);
        Assert.HasCount(12, figures[0].Elements("polyline").ToList());
        Assert.HasCount(1, figures[0].Elements("polyline").Where(line => ((string)line.Attribute("class")!).Contains("best", StringComparison.Ordinal)).ToList());
        Assert.HasCount(1, figures[^1].Elements("rect").Where(bar => (string)bar.Attribute("class")! == "lost").ToList());
    }

    [TestMethod]
    public void A_sweep_without_any_result_has_a_page_too()
    {
        SweepReport report = Report() with { Trials = [], Best = null, Importance = [], Histories = new Dictionary<string, TrialHistory>(), Finished = null };

        StringAssert.Contains(ReportPage.Of(report), "of 0 trials completed");
    }

    /// <summary>A report with all there is to draw, and with texts that would do harm if they were taken for more than text.</summary>
    private static SweepReport Report()
    {
        var space = new Dictionary<string, ParameterDefinition>
        {
            ["rate"] = new(ParameterKind.LogUniform, 0.001, 1, []),
            ["width"] = new(ParameterKind.Int, 1, 64, []),
            ["kind"] = new(ParameterKind.Choice, 0, 0, [JsonSerializer.SerializeToElement("plain"), JsonSerializer.SerializeToElement(Hostile)]),
        };
        TrialSummary[] trials =
        [
            .. Enumerable.Range(0, 12).Select(i => new TrialSummary(
                RunIds.TrialId(i),
                TrialState.Completed,
                new Dictionary<string, JsonElement>
                {
                    ["rate"] = JsonSerializer.SerializeToElement(0.001 * (i + 1)),
                    ["width"] = JsonSerializer.SerializeToElement(1 + (5 * i)),
                    ["kind"] = JsonSerializer.SerializeToElement(i % 2 == 0 ? "plain" : Hostile),
                },
                i / 12.0, 3, 9, 1, 0, false, null)),
            new TrialSummary("trial-012", TrialState.Failed, null, null, null, 9, 1, 0, false, Hostile),
        ];
        DateTimeOffset from = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var history = new TrialHistory(
            [new MetricPoint(1, 0.5), new MetricPoint(2, 0.9)],
            [new NodeTime(1, 1, Hostile, from, from.AddMinutes(1), NodeTimeEnd.Preempted), new NodeTime(1, 2, "node", from.AddMinutes(2), from.AddMinutes(4), NodeTimeEnd.Ended)]);
        return new SweepReport(
            "run", "pipeline", "published", from.AddHours(1), new ObjectiveDefinition("accuracy", ObjectiveGoal.Maximize), space, trials, new BestTrial("trial-011", 11 / 12.0),
            ParameterImportance.Of(new SearchSpace(space), trials), new SweepCost(1, null), new Dictionary<string, TrialHistory> { ["trial-011"] = history })
        {
            Finished = Hostile,
            Decisions = [new SweepDecision(SweepAction.Stop) { Trial = "trial-003", By = Hostile, Comment = Hostile }],
        };
    }

    private static async Task KeepAsync(BlobServiceClient blobs, string run)
    {
        PipelineDefinition pipeline = PipelineJson.Definition();
        pipeline = pipeline with { Sweep = pipeline.Sweep with { Stop = new StopRules { NodeUsdPerHour = 2 } } };
        BlobContainerClient runs = blobs.GetBlobContainerClient("runs");
        await runs.CreateIfNotExistsAsync();
        await runs.GetBlobClient(RunBlobs.Pipeline(run)).WriteJsonAsync(pipeline, default);
        TrialStatus[] trials =
        [
            new("trial-000", TrialState.Failed, null, null, 1, 0, false, "diverged") { OnNodes = TimeSpan.FromHours(0.5) },
            new("trial-001", TrialState.Completed, 0.9, 2, 1, 1, false, null) { OnNodes = TimeSpan.FromHours(1) },
        ];
        var evaluation = new DurableMl.Orchestrations.Evaluation.EvaluationResult(new Dictionary<string, double> { ["accuracy"] = 0.95 }, 100, [], [], [], [], []);
        await runs.GetBlobClient(RunBlobs.Report(run)).WriteJsonAsync(
            new RunOutput(run, pipeline.Name, RunState.Published, null, TrialSummary.Of(trials, pipeline.Sweep), new BestTrial("trial-001", 0.9), evaluation, null, null, [], [], null), default);

        string folder = RunBlobs.Trial(run, "trial-001").TrimEnd('/');
        BlobContainerClient own = TrialContainer.Of(blobs, folder);
        await own.CreateIfNotExistsAsync();
        string metric = pipeline.Sweep.Objective.Metric;
        await Write(own, "output/metrics.jsonl", $$"""
            {"kind":"epoch","epoch":1,"{{metric}}":0.6}
            {"kind":"epoch","epoch":1,"{{metric}}":0.7}
            {"kind":"step","epoch":1.5,"step_loss":2}
            {"kind":"epoch","epoch":2,"{{metric}}":0.9}
            {"kind":"epoch","epo
            """);
        await Write(own, "starts/1-1.json", """{"node":"node-a","startedAt":"2026-01-02T03:04:05.123Z"}""");
        await Write(own, "logs/attempt-1/start-1/stderr.txt", "x");
        await Write(own, "starts/0-1.json", "no JSON");
        await Write(own, "starts/0-3.json", "");
        await Write(own, "starts/0-2.json", """{"startedAt":7}""");
        await Write(own, "starts/1-2.json", """{"node":"node-b","startedAt":"2026-01-02T03:06:00Z"}""");
        await Write(runs, "output/result.json", """{"attempt":1,"start":2,"budget":2,"exitCode":0,"reason":"succeeded","endedAt":"2026-01-02T03:10:00Z"}""");

        Task Write(BlobContainerClient container, string name, string content) => container.GetBlobClient($"{folder}/{name}").UploadAsync(BinaryData.FromString(content), overwrite: true);
    }

    [GeneratedRegex("<style>(.*?)</style>", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex StyleElement();

    [GeneratedRegex("<svg .*?</svg>", RegexOptions.Singleline, matchTimeoutMilliseconds: 5000)]
    private static partial Regex SvgElement();
}
