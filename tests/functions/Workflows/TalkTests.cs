using System.Net.Http.Json;
using System.Text.Json.Nodes;
using DurableMl.Registry;
using Functions.Tests.Fixtures;
using Orchestrations.Tests.Fixtures;

namespace Functions.Tests.Workflows;

/// <summary>The structures of the talk's repository, whose resources are AWS's, on what the settings say that those stand for here.</summary>
[TestClass]
public sealed class TalkTests
{
    [TestMethod]
    public async Task A_Batch_job_runs_its_definitions_own_command()
    {
        App app = await App.GetAsync();

        JsonNode ended = await app.RunWorkflowAsync(Example("batch-with-profiler"));

        Assert.AreEqual("SUCCEEDED", (string?)ended["status"], ended.ToJsonString());
        Assert.AreEqual(("SUCCEEDED", 0), ((string)ended["output"]!["Status"]!, (int)ended["output"]!["Container"]!["ExitCode"]!));
    }

    [TestMethod]
    public async Task A_Batch_job_stands_between_functions()
    {
        App app = await App.GetAsync();

        JsonNode ended = await app.RunWorkflowAsync(Example("batch-between-functions"), new JsonObject { ["bucket"] = "b" });

        Assert.AreEqual("SUCCEEDED", (string?)ended["status"], ended.ToJsonString());
        Assert.AreEqual("train", (string?)ended["output"]![1]!["JobName"], "both branches got what Batch gave");
    }

    [TestMethod]
    public async Task A_container_stands_between_functions()
    {
        App app = await App.GetAsync();
        await app.MakeContainerJobAsync();

        JsonNode ended = await app.RunWorkflowAsync(Example("fargate-between-functions"));

        Assert.AreEqual("SUCCEEDED", (string?)ended["status"], ended.ToJsonString());
        Assert.AreEqual("Succeeded", (string?)ended["output"]![0]!["Status"]);
    }

    [TestMethod]
    public async Task A_machine_elsewhere_does_a_task()
    {
        App app = await App.GetAsync();
        string execution = await app.StartWorkflowAsync(Example("outside-task"), new JsonObject { ["n"] = 1 });
        using HttpResponseMessage taken = await app.Http.PostAsync(new Uri("api/workflows/activities/outsideTask/task?waitSeconds=55", UriKind.Relative), null);
        JsonNode task = JsonNode.Parse(await taken.Content.ReadAsStringAsync())!;

        using HttpResponseMessage answered = await app.Http.PostAsJsonAsync(new Uri($"api/workflows/tasks/{task["taskToken"]}/success", UriKind.Relative), new { twice = (int)task["input"]!["n"]! * 2 });
        JsonNode ended = await app.EndOfWorkflowAsync(execution);

        Assert.IsTrue(answered.IsSuccessStatusCode);
        Assert.AreEqual("""{"twice":2}""", ended["output"]?.ToJsonString(), ended.ToJsonString());
    }

    [TestMethod]
    public async Task A_training_job_of_SageMaker_trains_a_job_of_ours()
    {
        App app = await App.GetAsync();

        JsonNode ended = await app.RunWorkflowAsync(
            Example("training-between-functions"), new JsonObject { ["name"] = "mnist-1", ["hyperparameters"] = new JsonObject { ["mode"] = "ok" } });

        Assert.AreEqual("SUCCEEDED", (string?)ended["status"], ended.ToJsonString());
        JsonNode output = ended["output"]!;
        Assert.AreEqual(("mnist-1", "Completed", 0.9), ((string)output["TrainingJobName"]!, (string)output["TrainingJobStatus"]!, (double)output["objective"]!));
    }

    [TestMethod]
    [DataRow("NewModel", "2")]
    [DataRow("Other", "1")]
    public async Task A_choice_picks_the_model_that_answers(string type, string version)
    {
        App app = await App.GetAsync();
        string model = await PublishTwoVersionsAsync();

        JsonNode ended = await app.RunWorkflowAsync(
            Example("inference"),
            new JsonObject
            {
                ["model_type"] = type, ["model"] = model, ["version"] = version,
                ["inputs"] = new JsonArray(new JsonObject { ["name"] = "x", ["datatype"] = "FP32", ["shape"] = new JsonArray(1, 1, 4, 4), ["data"] = new JsonArray([.. Enumerable.Range(0, 16).Select(pixel => JsonValue.Create((float)pixel))]) }),
            });

        Assert.AreEqual("SUCCEEDED", (string?)ended["status"], ended.ToJsonString());
        Assert.AreEqual((model, version), ((string)ended["output"]!["model_name"]!, (string)ended["output"]!["model_version"]!));
        CollectionAssert.AreEqual(new[] { 6f, 22f, 38f, 54f }, ended["output"]!["outputs"]![0]!["data"]!.AsArray().Select(score => (float)score!).ToArray());
    }

    [TestMethod]
    public async Task Jobs_run_side_by_side_and_their_results_are_kept_beside_the_tasks()
    {
        App app = await App.GetAsync();
        JsonNode Command(int code) => new JsonObject { ["task_command"] = new JsonArray("python3", "-c", $"import sys; print(\"it's {code}\"); sys.exit({code})"), ["task_output"] = $"out-{code}" };

        JsonNode ended = await app.RunWorkflowAsync(Example("training-fan-out"), new JsonObject { ["tasks"] = new JsonArray(Command(0), Command(0), Command(0)) });

        Assert.AreEqual("SUCCEEDED", (string?)ended["status"], ended.ToJsonString());
        Assert.HasCount(3, ended["output"]!["map_result"]!.AsArray());
        Assert.AreEqual(("out-0", "runs"), ((string)ended["output"]!["tasks"]![2]!["task_output"]!, (string)ended["output"]!["state_params"]!["s3_bucket"]!));
    }

    private static async Task<string> PublishTwoVersionsAsync()
    {
        string model = Storage.NewName("model");
        var registry = new ModelRegistry(await Storage.BlobsAsync(), TimeProvider.System);
        foreach (string run in new[] { "run-1", "run-2" })
        {
            await registry.PublishAsync(new(model, new(run), [ModelSource.FromBytes("model.onnx", RowModel.Create())]));
        }

        return model;
    }

    private static JsonNode Example(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "examples", "workflows", $"{name}.asl.json")))!;
}
