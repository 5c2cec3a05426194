using System.Text.Json.Nodes;
using DurableMl.BatchJobs.Catalog;
using DurableMl.BatchJobs.Submission;
using DurableMl.Orchestrations.Pipelines;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Pipelines;

[TestClass]
public class PipelineCheckTests
{
    public required TestContext TestContext { get; init; }

    [TestMethod]
    public async Task The_example_suits_its_job() => Assert.IsEmpty(await CheckAsync(PipelineJson.Definition()));

    [TestMethod]
    public async Task An_unknown_job_is_named_with_those_there_are()
    {
        PipelineError error = (await CheckAsync(PipelineJson.Definition(json => json["sweep"]!["job"] = "no-such-job"))).Single();

        Assert.AreEqual("$.sweep.job", error.Path);
        StringAssert.Contains(error.Reason, "image-classifier");
    }

    [TestMethod]
    [DataRow("learning_rate", "{\"type\":\"uniform\",\"min\":0.1,\"max\":1000}")]
    [DataRow("batch_size", "{\"type\":\"uniform\",\"min\":1,\"max\":3}")]
    [DataRow("optimizer", "{\"type\":\"choice\",\"values\":[\"adamw\",\"adamax\"]}")]
    [DataRow("learning_rat", "{\"type\":\"fixed\",\"value\":0.1}")]
    public async Task A_parameter_that_the_job_would_refuse_is_refused_before_it_costs_a_node(string name, string definition)
    {
        PipelineDefinition pipeline = PipelineJson.Definition(json =>
        {
            json["sweep"]!["repeats"] = true;
            json["sweep"]!["parameters"] = new JsonObject { [name] = JsonNode.Parse(definition) };
        });

        Assert.AreEqual($"$.sweep.parameters.{name}", (await CheckAsync(pipeline)).Single().Path);
    }

    [TestMethod]
    public async Task A_metric_that_the_job_does_not_report_is_refused_before_it_costs_a_node()
    {
        PipelineDefinition pipeline = PipelineJson.Definition(json => json["sweep"]!["objective"] = new JsonObject { ["metric"] = "validation_acuracy", ["goal"] = "maximize" });

        Assert.AreEqual(
            new PipelineError("$.sweep.objective.metric", "'validation_acuracy' is not a metric that image-classifier reports; did you mean 'validation_accuracy'?"),
            (await CheckAsync(pipeline)).Single());
    }

    [TestMethod]
    public async Task Population_based_training_varies_only_what_the_job_lets_change_between_a_checkpoint_and_its_continuation()
    {
        PipelineDefinition pipeline = PipelineJson.Definition(json =>
        {
            json["sweep"]!["budget"] = 6;
            json["sweep"]!["repeats"] = true;
            json["sweep"]!["sampler"] = new JsonObject { ["type"] = "sobol" };
            json["sweep"]!["scheduler"] = new JsonObject { ["type"] = "pbt", ["interval"] = 2 };
            json["sweep"]!["parameters"] = JsonNode.Parse(
                """{"learning_rate":{"type":"logUniform","min":0.001,"max":0.1},"hidden":{"type":"int","min":8,"max":64},"channels":{"type":"fixed","value":8},"dropout":{"type":"choice","values":[0,0.5]}}""");
        });

        PipelineError error = (await CheckAsync(pipeline)).Single();

        Assert.AreEqual("$.sweep.parameters.hidden", error.Path);
        Assert.AreEqual(
            "must be fixed with the scheduler pbt, or have \"mutable\": true in the job.json of image-classifier, which does not let it change between a checkpoint and its continuation; "
                + "it lets dropout, gradient_clip, label_smoothing, learning_rate, weight_decay",
            error.Reason);
    }

    private async Task<IReadOnlyList<PipelineError>> CheckAsync(PipelineDefinition pipeline)
    {
        var jobs = new JobLibrary(await Storage.BlobsAsync(), new JobCatalog(Path.Combine(Repository.Root, "batch-jobs")));
        return await PipelineCheck.CheckAsync(pipeline, jobs, TestContext.CancellationToken);
    }
}
