using System.Text.Json.Nodes;
using DurableMl.BatchJobs.Catalog;
using DurableMl.Orchestrations.Pipelines;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Pipelines;

[TestClass]
public class PipelineCheckTests
{
    private static readonly JobCatalog Jobs = new(Path.Combine(Repository.Root, "batch-jobs"));

    [TestMethod]
    public void The_example_suits_its_job() => Assert.AreEqual(0, PipelineCheck.Check(PipelineJson.Definition(), Jobs).Count);

    [TestMethod]
    public void An_unknown_job_is_named_with_those_there_are()
    {
        PipelineError error = PipelineCheck.Check(PipelineJson.Definition(json => json["sweep"]!["job"] = "no-such-job"), Jobs).Single();

        Assert.AreEqual("$.sweep.job", error.Path);
        StringAssert.Contains(error.Reason, "image-classifier");
    }

    [TestMethod]
    [DataRow("learning_rate", "{\"type\":\"uniform\",\"min\":0.1,\"max\":1000}")]
    [DataRow("batch_size", "{\"type\":\"uniform\",\"min\":1,\"max\":3}")]
    [DataRow("optimizer", "{\"type\":\"choice\",\"values\":[\"adamw\",\"adamax\"]}")]
    [DataRow("learning_rat", "{\"type\":\"fixed\",\"value\":0.1}")]
    public void A_parameter_that_the_job_would_refuse_is_refused_before_it_costs_a_node(string name, string definition)
    {
        PipelineDefinition pipeline = PipelineJson.Definition(json => json["sweep"]!["parameters"] = new JsonObject { [name] = JsonNode.Parse(definition) });

        Assert.AreEqual($"$.sweep.parameters.{name}", PipelineCheck.Check(pipeline, Jobs).Single().Path);
    }

    [TestMethod]
    public void A_metric_that_the_job_does_not_report_is_refused_before_it_costs_a_node()
    {
        PipelineDefinition pipeline = PipelineJson.Definition(json => json["sweep"]!["objective"] = new JsonObject { ["metric"] = "validation_acuracy", ["goal"] = "maximize" });

        Assert.AreEqual(
            new PipelineError("$.sweep.objective.metric", "'validation_acuracy' is not a metric that image-classifier reports; did you mean 'validation_accuracy'?"),
            PipelineCheck.Check(pipeline, Jobs).Single());
    }
}
