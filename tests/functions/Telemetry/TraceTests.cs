using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Submission;
using DurableMl.Tests.Support.Otlp;
using Functions.Tests.Fixtures;
using Orchestrations.Tests.Fixtures;

namespace Functions.Tests.Telemetry;

/// <summary>What a collector gets of a run, from the host and from the worker.</summary>
[TestClass]
public sealed class TraceTests
{
    [TestMethod]
    public async Task A_run_is_one_trace_from_the_request_to_the_Batch_tasks_and_the_published_model()
    {
        App app = await App.GetAsync();
        RawDataset raw = await RawDataset.UploadAsync();
        string id = await app.StartRunAsync(Probe.Pipeline(raw, "ok", "ok"));
        JsonObject run = await app.EndAsync(id);
        Assert.AreEqual("published", (string?)run["output"]?["state"], run.ToJsonString());

        // A span is sent when it has ended. Host and worker send theirs apart, so either's may come last.
        const string instance = "durabletask.task.instance_id";
        OtlpSpan orchestration = await Eventually.GetAsync(
            () => Task.FromResult(app.Telemetry.Spans.FirstOrDefault(span => span.Name == "orchestration:PipelineOrchestrator" && span.Attributes.GetValueOrDefault(instance) == id)),
            "the run's span arrives");
        IReadOnlyList<OtlpSpan> trace = [];
        string[] orphans = [];
        string[] wanted =
        [
            "POST api/pipelines", "function StartPipeline", "orchestration:PipelineOrchestrator",
            "function RecordRun", "orchestration:PreprocessOrchestrator", "orchestration:SweepOrchestrator", "orchestration:TrialOrchestrator",
            "function SubmitTrial", "function ObserveTrial", "function EvaluateModel", "function PublishModel", "function WriteReport",
        ];
        await Eventually.TrueAsync(
            () =>
            {
                trace = [.. app.Telemetry.Spans.Where(span => span.TraceId == orchestration.TraceId)];
                HashSet<string> spans = [.. trace.Select(span => span.SpanId)];
                orphans = [.. trace.Where(span => IsOf(span, id) && !spans.Contains(span.ParentId)).Select(span => span.Name)];
                return orphans.Length == 0 && !wanted.Except(trace.Select(span => span.Name)).Any();
            },
            "the trace is whole",
            () => $"missing: {string.Join(", ", wanted.Except(trace.Select(span => span.Name)))}; without their parent: {string.Join(", ", orphans)}");

        // All that the run does is in this trace. Who asks about it, and the blobs of trials, begin traces of their own.
        string[] elsewhere = [.. app.Telemetry.Spans.Where(span => span.TraceId != orchestration.TraceId && IsOf(span, id)).Select(span => span.Name).Distinct()];
        Assert.AreEqual("", string.Join(", ", elsewhere.Except(["function GetPipeline", "function TrialResultArrived"])));

        BlobServiceClient blobs = await Storage.BlobsAsync();
        foreach (string trial in new[] { "trial-000", "trial-001" })
        {
            OtlpSpan submitted = trace.Single(span => span.Name == "function SubmitTrial" && span.Attributes.GetValueOrDefault("durableml.trial.id") == trial);
            Assert.AreEqual(id, submitted.Attributes["durableml.run.id"]);
            string stdout = $"{id}/trials/{trial}/logs/attempt-1/start-1/stdout.txt";
            string written = (await TrialContainer.Of(blobs, $"{id}/trials/{trial}").GetBlobClient(stdout).DownloadContentAsync()).Value.Content.ToString();
            StringAssert.Contains(written, $"TRACEPARENT 00-{submitted.TraceId}-", "what the job's process sees");
        }
    }

    [TestMethod]
    public async Task Log_lines_say_which_run_and_which_trial_they_are_of()
    {
        App app = await App.GetAsync();
        RawDataset raw = await RawDataset.UploadAsync();
        string id = await app.StartRunAsync(Probe.Pipeline(raw, "ok"));
        await app.EndAsync(id);

        OtlpLog ended = await Eventually.GetAsync(
            () => Task.FromResult(app.Telemetry.Logs.FirstOrDefault(line =>
                line.Attributes.GetValueOrDefault("durableml.run.id") == id && line.Body.StartsWith("Attempt 1 ended: Succeeded", StringComparison.Ordinal))),
            "the line about the end of the trial arrives");
        Assert.AreEqual("trial-000", ended.Attributes["durableml.trial.id"]);
        Assert.IsTrue(app.Telemetry.Spans.Any(span => span.TraceId == ended.TraceId && span.Name == "function ObserveTrial"), "it is in the run's trace");
        Assert.AreEqual(1, app.Telemetry.Logs.Count(line => line.Body == $"Attempt 1 is the task trial-000-a1 of the Batch job {id}."), "sent once, by the worker alone");
    }

    [TestMethod]
    public async Task Metrics_of_runs_and_of_requests_are_exported()
    {
        App app = await App.GetAsync();
        RawDataset raw = await RawDataset.UploadAsync();
        await app.EndAsync(await app.StartRunAsync(Probe.Pipeline(raw, "ok")));

        foreach (string metric in new[] { "durableml.runs.started", "durableml.runs", "durableml.run.phase.duration", "durableml.trials", "durableml.trial.attempts", "durableml.trial.queue.duration", "durableml.trial.node.duration" })
        {
            await Eventually.TrueAsync(() => app.Telemetry.Points.Any(point => point.Metric == metric), $"{metric} arrives");
        }

        OtlpPoint trials = app.Telemetry.Points.First(point => point.Metric == "durableml.trials");
        Assert.AreEqual("{trial}", trials.Unit);
        Assert.IsTrue(trials.Attributes.ContainsKey("outcome"));
    }

    private static bool IsOf(OtlpSpan span, string run) =>
        span.Attributes.GetValueOrDefault("durableml.run.id") == run
        || span.Attributes.GetValueOrDefault("durabletask.task.instance_id")?.Split(':')[0] == run;
}
