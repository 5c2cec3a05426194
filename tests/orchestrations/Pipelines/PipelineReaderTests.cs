using System.Text;
using System.Text.Json.Nodes;
using DurableMl.Features.Images;
using DurableMl.Orchestrations.Pipelines;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Pipelines;

[TestClass]
public class PipelineReaderTests
{
    [TestMethod]
    public void The_example_is_valid_and_read_in_full()
    {
        PipelineDefinition pipeline = PipelineJson.Definition();

        Assert.AreEqual("mnist", pipeline.Name);
        Assert.AreEqual(new DatasetDefinition("mnist", "idx", pipeline.Dataset.Sources, 8, 0.1, 1) { Steps = pipeline.Dataset.Steps }, pipeline.Dataset);
        Assert.IsEmpty(pipeline.Dataset.Steps);
        CollectionAssert.AreEqual(new DatasetSource[] { new BlobSource("raw/mnist/") }, pipeline.Dataset.Sources.ToArray());
        Assert.AreEqual(6, pipeline.Sweep.Trials);
        Assert.AreEqual(new ObjectiveDefinition("validation_accuracy", ObjectiveGoal.Maximize), pipeline.Sweep.Objective);
        Assert.AreEqual(new RetryBudgets(1, 3, 5), pipeline.Sweep.Retries);
        Assert.AreEqual(TimeSpan.FromMinutes(15), pipeline.Sweep.TimeLimit);
        Assert.AreEqual(ParameterKind.LogUniform, pipeline.Sweep.Parameters["learning_rate"].Type);
        Assert.AreEqual(3, pipeline.Sweep.Parameters["batch_size"].Values.Count);
        Assert.AreEqual(0.97, pipeline.Evaluate.Rules.Single().Minimum);
        Assert.AreEqual(new PublicationDefinition("mnist", "champion"), pipeline.Publish);
        Assert.IsNull(pipeline.Approve);
    }

    [TestMethod]
    [DataRow("{", "$")]
    [DataRow("[]", "$")]
    [DataRow("{\"name\":\"a\",\"name\":\"b\"}", "$")]
    [DataRow("{}", "$.name")]
    public void Text_that_is_no_pipeline_is_refused(string text, string path)
    {
        PipelineReading reading = PipelineReader.Read(Encoding.UTF8.GetBytes(text));

        Assert.IsFalse(reading.IsValid);
        Assert.AreEqual(path, reading.Errors[0].Path);
    }

    [TestMethod]
    public void A_dataset_of_images_says_what_they_become()
    {
        DatasetDefinition dataset = PipelineJson.Definition(json => json["dataset"] = Images("""{"height": 32, "width": 48, "color": "grayscale", "fit": "stretch"}""")).Dataset;

        Assert.AreEqual(new ImagesDefinition(new ImageForm(1, 32, 48, ImageFit.Stretch), 0.15), dataset.Images);
        Assert.AreEqual(3, dataset.MaxFailedItems);
        Assert.AreEqual(0.1, dataset.ValidationFraction);
    }

    [TestMethod]
    [DataRow("null", "$.dataset.image")]
    [DataRow("""{"height": 32}""", "$.dataset.image.width")]
    [DataRow("""{"height": 2000, "width": 32}""", "$.dataset.image.height")]
    [DataRow("""{"height": 32, "width": 32, "color": "cmyk"}""", "$.dataset.image.color")]
    [DataRow("""{"height": 32, "width": 32, "size": 1}""", "$.dataset.image.size")]
    public void What_images_become_is_checked(string image, string path)
    {
        JsonObject pipeline = PipelineJson.Example();
        pipeline["dataset"] = Images(image);

        Assert.AreEqual(path, PipelineJson.Read(pipeline).Errors.Single().Path);
    }

    private static JsonNode Images(string image) =>
        JsonNode.Parse($$"""{"name": "animals", "format": "images", "source": "raw/animals/", "maxFailedItems": 3, "image": {{image}}}""")!;

    [TestMethod]
    public void A_pipeline_of_any_length_costs_bounded_memory()
    {
        PipelineReading reading = PipelineReader.Read(new byte[PipelineReader.MaxBytes + 1]);

        Assert.AreEqual("$", reading.Errors.Single().Path);
    }

    [TestMethod]
    public void Unknown_members_are_refused_wherever_they_are()
    {
        JsonObject pipeline = PipelineJson.Example();
        pipeline["extra"] = 1;
        pipeline["sweep"]!["trails"] = 6;
        pipeline["sweep"]!["parameters"]!["dropout"]!["step"] = 0.1;

        string[] paths = [.. PipelineJson.Read(pipeline).Errors.Select(error => error.Path)];

        CollectionAssert.AreEquivalent(new[] { "$.extra", "$.sweep.trails", "$.sweep.parameters.dropout.step" }, paths);
    }

    [TestMethod]
    [DataRow("trails", "is not known here; did you mean 'trials'?")]
    [DataRow("maxfailedTrial", "is not known here; did you mean 'maxFailedTrials'?")]
    public void An_unknown_member_is_answered_with_the_nearest_name(string member, string reason)
    {
        JsonObject pipeline = PipelineJson.Example();
        pipeline["sweep"]![member] = 6;

        Assert.AreEqual(new PipelineError($"$.sweep.{member}", reason), PipelineJson.Read(pipeline).Errors.Single());
    }

    [TestMethod]
    [DataRow("validation_loss", ObjectiveGoal.Minimize)]
    [DataRow("validation_accuracy", ObjectiveGoal.Maximize)]
    public void A_goal_that_the_metric_tells_need_not_be_given(string metric, ObjectiveGoal goal) =>
        Assert.AreEqual(goal, PipelineJson.Definition(json => json["sweep"]!["objective"] = new JsonObject { ["metric"] = metric }).Sweep.Objective.Goal);

    [TestMethod]
    public void Another_metric_needs_a_goal()
    {
        JsonObject pipeline = PipelineJson.Example();
        pipeline["sweep"]!["objective"] = new JsonObject { ["metric"] = "score" };

        PipelineError error = PipelineJson.Read(pipeline).Errors.Single();

        Assert.AreEqual("$.sweep.objective.goal", error.Path);
        StringAssert.StartsWith(error.Reason, "is required");
    }

    [TestMethod]
    [DataRow(6, 3)]
    [DataRow(1, 0)]
    public void Half_of_the_trials_may_fail_where_the_pipeline_does_not_say(int trials, int most) => Assert.AreEqual(
        most,
        PipelineJson.Definition(json =>
        {
            json["sweep"]!["trials"] = trials;
            json["sweep"]!.AsObject().Remove("maxFailedTrials");
        }).Sweep.MaxFailedTrials);

    [TestMethod]
    public void All_errors_are_reported_at_once_each_with_its_path_and_reason()
    {
        JsonObject pipeline = PipelineJson.Example();
        pipeline["name"] = "Not A Name";
        pipeline["dataset"]!["source"] = "raw/../models/";
        pipeline["sweep"]!["trials"] = 0;
        pipeline["sweep"]!["objective"]!["goal"] = "bigger";
        pipeline["sweep"]!["timeLimit"] = "15 minutes";
        pipeline["sweep"]!["parameters"]!["learning_rate"]!["min"] = 0;
        pipeline["publish"]!.AsObject().Remove("model");

        Dictionary<string, string> errors = PipelineJson.Read(pipeline).Errors.ToDictionary(error => error.Path, error => error.Reason);

        CollectionAssert.AreEquivalent(
            new[] { "$.name", "$.dataset.source", "$.sweep.trials", "$.sweep.objective.goal", "$.sweep.timeLimit", "$.sweep.parameters.learning_rate.min", "$.publish.model" },
            errors.Keys);
        Assert.AreEqual("must lie between 1 and 5000, not 0", errors["$.sweep.trials"]);
        Assert.AreEqual("must be one of maximize, minimize, not \"bigger\"", errors["$.sweep.objective.goal"]);
        Assert.AreEqual("is required", errors["$.publish.model"]);
    }

    [TestMethod]
    [DataRow("raw//")]
    [DataRow("raw/")]
    [DataRow("RAW/mnist/")]
    [DataRow("raw/mnist")]
    [DataRow("raw/./mnist/")]
    [DataRow("raw/mnist/\n")]
    [DataRow("http://elsewhere/mnist/")]
    public void A_source_that_is_no_folder_of_a_container_is_refused(string source)
    {
        JsonObject pipeline = PipelineJson.Example();
        pipeline["dataset"]!["source"] = source;

        Assert.AreEqual("$.dataset.source", PipelineJson.Read(pipeline).Errors.Single().Path);
    }

    [TestMethod]
    public void Approval_is_read_with_its_deadline_and_default()
    {
        PipelineDefinition pipeline = PipelineJson.Definition(json => json["approve"] = new JsonObject { ["deadline"] = "PT1H", ["default"] = "approve" });

        Assert.AreEqual(new ApprovalDefinition(TimeSpan.FromHours(1), true), pipeline.Approve);
    }

    [TestMethod]
    public void What_a_model_must_reach_may_be_several_rules()
    {
        EvaluationDefinition evaluate = PipelineJson.Definition(json => json["evaluate"] = JsonNode.Parse("""
            {"minimum": 0.9, "rules": [{"metric": "log_loss", "maximum": 3, "championTolerance": 0.1}]}
            """)).Evaluate;

        CollectionAssert.AreEqual(new[] { new EvaluationRule(null, 0.9, null), new EvaluationRule("log_loss", null, 3, 0.1) }, evaluate.Rules.ToArray());
        Assert.IsTrue(evaluate.NeedsChampion);
    }

    [TestMethod]
    [DataRow("""{"rules": [{"metric": "f1"}]}""", "$.evaluate.rules[0]")]
    [DataRow("""{"rules": [{"metric": "f1", "minimum": 2}]}""", "$.evaluate.rules[0].minimum")]
    [DataRow("""{"rules": [{"minimum": 0.5, "slice": {"value": "x"}}]}""", "$.evaluate.rules[0].slice.column")]
    [DataRow("""{"rules": [{"minimum": 0.5, "slice": {"column": "island"}}]}""", "$.evaluate")]
    [DataRow("""{"metric": "f1"}""", "$.evaluate")]
    [DataRow("""{"minimum": 0.5, "championTolerance": -1}""", "$.evaluate.championTolerance")]
    [DataRow("""{"rules": []}""", "$.evaluate.rules")]
    public void A_rule_that_says_nothing_or_what_cannot_be_is_refused(string evaluate, string path)
    {
        JsonObject pipeline = PipelineJson.Example();
        pipeline["evaluate"] = JsonNode.Parse(evaluate);

        Assert.AreEqual(path, PipelineJson.Read(pipeline).Errors[0].Path);
    }
}
