using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Azure.Storage.Queues;
using Functions.Tests.Fixtures;
using Orchestrations.Tests.Fixtures;

namespace Functions.Tests.Workflows;

/// <summary>What tasks can run, on a real host.</summary>
[TestClass]
public sealed class TaskTargetTests
{
    private const string Parts =
        """
        {
          "QueryLanguage": "JSONata",
          "StartAt": "Prepare",
          "States": {
            "Prepare": { "Type": "Task", "Resource": "dataset:prepare.sync", "Arguments": "{% $states.input.dataset %}", "Assign": { "dataset": "{% $states.result %}", "sweep": "{% $states.input.sweep %}", "model": "{% $states.input.dataset.name %}" }, "Next": "Sweep" },
            "Sweep": { "Type": "Task", "Resource": "sweep:run.sync", "Arguments": { "dataset": "{% $dataset %}", "sweep": "{% $sweep %}" }, "Assign": { "best": "{% $states.result.best %}" }, "Next": "Evaluate" },
            "Evaluate": { "Type": "Task", "Resource": "model:evaluate", "Arguments": { "trained": "{% $best %}" }, "Assign": { "accuracy": "{% $states.result.metrics.accuracy %}" }, "Next": "Publish" },
            "Publish": { "Type": "Task", "Resource": "model:publish", "Arguments": { "trained": "{% $best %}", "model": "{% $model %}", "alias": "champion" }, "Assign": { "published": "{% $states.result %}" }, "Next": "Score" },
            "Score": { "Type": "Task", "Resource": "model:score.sync", "Arguments": { "model": "{% $model %}", "input": "{% 'datasets/' & $dataset.name & '/' & $dataset.version & '/test-' %}" }, "Assign": { "scored": "{% $states.result %}" }, "Next": "Tell" },
            "Tell": { "Type": "Task", "Resource": "queue:send", "Arguments": { "Queue": "workflow-messages", "MessageBody": { "published": "{% $published.model %}" } }, "Next": "Alive" },
            "Alive": { "Type": "Task", "Resource": "http:invoke", "Arguments": { "ApiEndpoint": "{% $states.context.Execution.Input.health %}", "Method": "GET" }, "Output": { "accuracy": "{% $accuracy %}", "published": "{% $published %}", "scored": "{% $scored %}", "status": "{% $states.result.StatusCode %}" }, "End": true }
          }
        }
        """;

    [TestMethod]
    public async Task A_pipeline_can_be_put_together_from_its_parts()
    {
        App app = await App.GetAsync();
        RawDataset raw = await RawDataset.UploadAsync();
        JsonObject pipeline = Probe.Pipeline(raw, "ok", "hopeless");

        JsonNode ended = await app.RunWorkflowAsync(
            JsonNode.Parse(Parts)!,
            new JsonObject { ["dataset"] = pipeline["dataset"]!.DeepClone(), ["sweep"] = pipeline["sweep"]!.DeepClone(), ["health"] = new Uri(app.Http.BaseAddress!, "v2/health/live").ToString() });

        Assert.AreEqual("SUCCEEDED", (string?)ended["status"], ended.ToJsonString());
        JsonNode output = ended["output"]!;
        Assert.AreEqual((1.0, "1", 200), ((double)output["accuracy"]!, (string)output["published"]!["version"]!, (int)output["status"]!));
        Assert.AreEqual(60, (int)output["scored"]!["examples"]!, output.ToJsonString());
        QueueClient queue = new(await Storage.ConnectionStringAsync(), App.Queue, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
        string[] messages = [.. (await queue.PeekMessagesAsync(32)).Value.Select(message => message.MessageText)];
        CollectionAssert.Contains(messages, $$"""{"published":"{{raw.Name}}"}""");
    }

    [TestMethod]
    [DataRow(0.5, "published")]
    public async Task An_exported_pipeline_does_what_the_pipeline_does(double minimum, string state)
    {
        App app = await App.GetAsync();
        RawDataset raw = await RawDataset.UploadAsync();
        JsonObject pipeline = Probe.Pipeline(raw, "ok");
        pipeline["evaluate"] = new JsonObject { ["minimum"] = minimum };
        pipeline["approve"] = new JsonObject { ["deadline"] = "PT1S", ["default"] = "approve" };
        using HttpResponseMessage exported = await app.Http.PostAsJsonAsync(new Uri("api/workflows/export-pipeline", UriKind.Relative), pipeline);

        JsonNode ended = await app.RunWorkflowAsync(JsonNode.Parse(await exported.Content.ReadAsStringAsync())!);

        Assert.AreEqual(state, (string?)ended["output"]?["state"], ended.ToJsonString());
        Assert.AreEqual(raw.Name, (string?)ended["output"]!["model"]!["model"]);
    }

    [TestMethod]
    public async Task A_run_of_a_pipeline_is_a_task()
    {
        App app = await App.GetAsync();
        RawDataset raw = await RawDataset.UploadAsync();

        JsonNode ended = await app.RunWorkflowAsync(WorkflowClient.Of("pipeline:run.sync", Probe.Pipeline(raw, "ok")));

        Assert.AreEqual("published", (string?)ended["output"]?["state"], ended.ToJsonString());
    }

    [TestMethod]
    [DataRow("""{"job":"probe","parameters":{"mode":"hopeless"}}""", "loss is not a number")]
    [DataRow("""{"job":"prob"}""", "probe")]
    [DataRow("""{"job":"probe","parameters":{"mode":1}}""", "$.parameters.mode must be of type string, not 1")]
    [DataRow("""{"job":"probe","trials":2}""", "$.trials is not known")]
    [DataRow("""{"job":"probe","dataset":{"name":"none","version":"0"}}""", "there is no version 0 of the dataset none")]
    public async Task A_job_that_cannot_train_fails_its_task_and_says_why(string arguments, string cause)
    {
        App app = await App.GetAsync();

        JsonNode ended = await app.RunWorkflowAsync(WorkflowClient.Of("job:run.sync", JsonNode.Parse(arguments)!));

        Assert.AreEqual("FAILED", (string?)ended["status"], ended.ToJsonString());
        StringAssert.Contains((string)ended["cause"]!, cause);
    }

    [TestMethod]
    public async Task A_job_needs_neither_a_dataset_nor_an_objective()
    {
        App app = await App.GetAsync();

        JsonNode ended = await app.RunWorkflowAsync(WorkflowClient.Of("job:run.sync", new JsonObject { ["job"] = "probe", ["seed"] = 7 }));

        Assert.AreEqual("SUCCEEDED", (string?)ended["status"], ended.ToJsonString());
        Assert.AreEqual(("trial-000", ""), ((string)ended["output"]!["trial"]!, (string)ended["output"]!["metric"]!));
    }

    [TestMethod]
    public async Task A_Batch_job_that_fails_and_one_that_takes_too_long_fail_their_tasks()
    {
        App app = await App.GetAsync();
        JsonObject failing = Batch("import sys; sys.exit(3)");
        JsonObject slow = Batch("import time; time.sleep(600)");
        slow["States"]!["Task"]!["TimeoutSeconds"] = 2;

        JsonNode[] ended = await Task.WhenAll(app.RunWorkflowAsync(failing), app.RunWorkflowAsync(slow));

        Assert.AreEqual(("FAILED", "States.TaskFailed"), ((string?)ended[0]["status"], (string?)ended[0]["error"]), ended[0].ToJsonString());
        Assert.AreEqual(3, (int)JsonNode.Parse((string)ended[0]["cause"]!)!["Container"]!["ExitCode"]!);
        Assert.AreEqual("States.Timeout", (string?)ended[1]["error"], ended[1].ToJsonString());
    }

    [TestMethod]
    [DataRow("batch:submitJob.sync", """{"JobDefinition":"nothing"}""", "Workflows__JobDefinitions__0")]
    [DataRow("batch:submitJob.sync", """{"JobDefinition":"python","JobQueue":"nothing"}""", "Workflows__JobQueues__0")]
    [DataRow("batch:submitJob.sync", """{"JobDefinition":"python"}""", "$.ContainerOverrides.Command is required")]
    [DataRow("container:runJob.sync", """{"JobName":"nothing"}""", "Workflows__ContainerJobs__0")]
    [DataRow("queue:send", """{"Queue":"azure-webjobs-x","MessageBody":"x"}""", "Workflows__Queues__0")]
    [DataRow("http:invoke", """{"ApiEndpoint":"http://127.0.0.1:1/","Method":"GET"}""", "Workflows__HttpEndpoints__0")]
    [DataRow("model:infer", """{"model":"nothing","inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1]}]}""", "nothing")]
    [DataRow("model:infer", """{"model":"nothing"}""", "inputs: is missing")]
    [DataRow("model:infer", """{}""", "$.model must name the model")]
    [DataRow("model:publish", """{"trained":{"runId":"x"}}""", "$.trained must be")]
    public async Task What_the_settings_do_not_allow_is_refused_by_its_name(string resource, string arguments, string cause)
    {
        App app = await App.GetAsync();

        JsonNode ended = await app.RunWorkflowAsync(WorkflowClient.Of(resource, JsonNode.Parse(arguments)!));

        Assert.AreEqual("FAILED", (string?)ended["status"], ended.ToJsonString());
        StringAssert.Contains((string)ended["cause"]!, cause);
    }

    [TestMethod]
    public async Task A_container_that_takes_too_long_is_stopped_and_its_variables_reach_it()
    {
        App app = await App.GetAsync();
        await app.MakeContainerJobAsync();
        JsonObject Overrides(params string[] command) => new()
        {
            ["JobName"] = "train",
            ["ContainerOverrides"] = new JsonArray(new JsonObject
            {
                ["Command"] = new JsonArray([.. command.Select(word => JsonValue.Create(word))]), ["Environment"] = new JsonArray(new JsonObject { ["Name"] = "WANTED", ["Value"] = "7" }),
            }),
        };
        JsonObject slow = WorkflowClient.Of("container:runJob.sync", Overrides("sleep", "600"));
        slow["States"]!["Task"]!["TimeoutSeconds"] = 3;

        JsonNode[] ended = await Task.WhenAll(
            app.RunWorkflowAsync(slow),
            app.RunWorkflowAsync(WorkflowClient.Of("container:runJob.sync", Overrides("sh", "-c", "exit $WANTED"))),
            app.RunWorkflowAsync(WorkflowClient.Of("container:runJob.sync", Overrides("sh", "-c", "test $WANTED = 7"))));

        Assert.AreEqual("States.Timeout", (string?)ended[0]["error"], ended[0].ToJsonString());
        Assert.AreEqual(("States.TaskFailed", "Failed"), ((string?)ended[1]["error"], (string?)JsonNode.Parse((string)ended[1]["cause"]!)!["Status"]));
        Assert.AreEqual("SUCCEEDED", (string?)ended[2]["status"], ended[2].ToJsonString());
        await Eventually.TrueAsync(async () => (await app.ContainerExecutionsAsync()).Contains("Stopped"), "the slow one is stopped");
    }

    private static JsonObject Batch(string program) => WorkflowClient.Of(
        "batch:submitJob.sync",
        new JsonObject { ["JobName"] = "job", ["JobDefinition"] = "python", ["JobQueue"] = "cpu", ["ContainerOverrides"] = new JsonObject { ["Command"] = new JsonArray("python3", "-c", program) } });
}
