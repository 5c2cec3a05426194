using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Functions.Tests.Fixtures;
using Orchestrations.Tests.Fixtures;

namespace Functions.Tests.Workflows;

[TestClass]
public sealed class WorkflowHttpTests
{
    private const string Echo = """{"StartAt":"E","States":{"E":{"Type":"Task","Resource":"function:echo","End":true}}}""";

    [TestMethod]
    public async Task A_definition_is_refused_with_every_mistake_and_its_place()
    {
        var (status, body) = await SendAsync(
            HttpMethod.Put,
            $"api/workflows/{Storage.NewName()}",
            """
            {
              "StartAt": "Missing",
              "States": {
                "A": { "Type": "Task", "Resource": "function:WriteShards", "Next": "Nowhere" },
                "B": { "Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true }
              }
            }
            """);

        Assert.AreEqual(HttpStatusCode.BadRequest, status);
        string[] paths = [.. body!["errors"]!.AsArray().Select(error => (string)error!["path"]!)];
        CollectionAssert.IsSubsetOf(new[] { "/StartAt", "/States/A/Resource", "/States/A/Next", "/States/B/Resource", "/States/B" }, paths);
        var reasons = string.Join('\n', body["errors"]!.AsArray().Select(error => (string)error!["reason"]!));
        StringAssert.Contains(reasons, "There is no function 'WriteShards' for workflows", "internal activities are not offered");
        StringAssert.Contains(reasons, "Workflows__Resources__0");
    }

    [TestMethod]
    public async Task Versions_are_made_of_new_texts_only_and_aliases_change_under_their_ETag()
    {
        var name = Storage.NewName("wf");
        var (created, first) = await SendAsync(HttpMethod.Put, $"api/workflows/{name}?alias=live", Echo);
        var (again, same) = await SendAsync(HttpMethod.Put, $"api/workflows/{name}", Echo);
        var (_, second) = await SendAsync(HttpMethod.Put, $"api/workflows/{name}", Echo.Replace("\"E\"", "\"F\"", StringComparison.Ordinal));

        Assert.AreEqual((HttpStatusCode.Created, HttpStatusCode.OK), (created, again));
        Assert.AreEqual((1, 1, 2), ((int)first!["version"]!, (int)same!["version"]!, (int)second!["version"]!));
        App app = await App.GetAsync();
        using HttpResponseMessage read = await app.Http.GetAsync(new Uri($"api/workflows/{name}", UriKind.Relative));
        Assert.AreEqual(1, (int)JsonNode.Parse(await read.Content.ReadAsStringAsync())!["aliases"]!["live"]!);
        var (moved, _) = await SendAsync(HttpMethod.Put, $"api/workflows/{name}/aliases/live", """{"version":2}""", read.Headers.ETag);
        var (stale, _) = await SendAsync(HttpMethod.Put, $"api/workflows/{name}/aliases/live", """{"version":1}""", read.Headers.ETag);
        var (unknown, _) = await SendAsync(HttpMethod.Put, $"api/workflows/{name}/aliases/live", """{"version":9}""");
        var (removed, _) = await SendAsync(HttpMethod.Delete, $"api/workflows/{name}/aliases/live", null);
        Assert.AreEqual(
            (HttpStatusCode.OK, HttpStatusCode.PreconditionFailed, HttpStatusCode.NotFound, HttpStatusCode.OK), (moved, stale, unknown, removed));
        Assert.AreEqual(Echo, await app.Http.GetStringAsync(new Uri($"api/workflows/{name}/definition?version=1", UriKind.Relative)));
        StringAssert.Contains(await app.Http.GetStringAsync(new Uri("api/workflows", UriKind.Relative)), name);
    }

    [TestMethod]
    public async Task An_execution_keeps_its_definition_and_its_history_is_there_while_it_waits()
    {
        var name = Storage.NewName("wf");
        var activity = Storage.NewName("work");
        var definition = $$$"""
            {
              "StartAt": "Echo",
              "States": {
                "Echo": { "Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:echo", "Next": "Work" },
                "Work": { "Type": "Task", "Resource": "activity:{{{activity}}}", "ResultPath": "$.worked", "Next": "Old" },
                "Old": { "Type": "Succeed" }
              }
            }
            """;
        await SendAsync(HttpMethod.Put, $"api/workflows/{name}?alias=live", definition);
        var (started, execution) = await SendAsync(HttpMethod.Post, $"api/workflows/{name}/executions?version=live", """{"n":1}""");
        await SendAsync(HttpMethod.Put, $"api/workflows/{name}?alias=live", definition.Replace("Old", "New", StringComparison.Ordinal));
        var id = (string)execution!["executionId"]!;
        var (_, task) = await SendAsync(HttpMethod.Post, $"api/workflows/activities/{activity}/task?worker=me&waitSeconds=55", null);
        var token = (string)task!["taskToken"]!;

        Assert.AreEqual((HttpStatusCode.Accepted, "RUNNING"), (started, (string)execution["status"]!));
        Assert.AreEqual(1, (int)task["input"]!["n"]!);
        await Eventually.TrueAsync(
            async () => Types((await SendAsync(HttpMethod.Get, $"api/workflows/executions/{id}/history", null)).Body!).EndsWith("ActivityScheduled ActivityStarted", StringComparison.Ordinal),
            "the history shows what the execution waits for");
        var (beaten, _) = await SendAsync(HttpMethod.Post, $"api/workflows/tasks/{token}/heartbeat", null);
        var (answered, _) = await SendAsync(HttpMethod.Post, $"api/workflows/tasks/{token}/success", "[1,2]");
        var (twice, _) = await SendAsync(HttpMethod.Post, $"api/workflows/tasks/{token}/failure", """{"error":"No"}""");
        Assert.AreEqual((HttpStatusCode.OK, HttpStatusCode.OK), (beaten, answered));
        Assert.IsTrue(twice is HttpStatusCode.Conflict or HttpStatusCode.NotFound, twice.ToString());

        var ended = await EndAsync(id);
        Assert.AreEqual("SUCCEEDED", (string)ended["status"]!, ended.ToJsonString());
        Assert.AreEqual("""{"n":1,"worked":[1,2]}""", ended["output"]!.ToJsonString());
        var (_, after) = await SendAsync(HttpMethod.Get, $"api/workflows/executions/{id}/history", null);
        StringAssert.StartsWith(Types(after!), "ExecutionStarted TaskStateEntered LambdaFunctionScheduled LambdaFunctionStarted LambdaFunctionSucceeded");
        Assert.AreEqual("Old", (string)after!["events"]!.AsArray()[^2]!["stateExitedEventDetails"]!["name"]!, "a later version does not reach a running execution");
        Assert.AreEqual("""{"n":1}""", (string)after["events"]![0]!["executionStartedEventDetails"]!["input"]!);
        var (_, list) = await SendAsync(HttpMethod.Get, $"api/workflows/{name}/executions", null);
        Assert.AreEqual((id, "SUCCEEDED"), ((string)list!["executions"]![0]!["executionId"]!, (string)list["executions"]![0]!["status"]!));
    }

    [TestMethod]
    public async Task An_execution_can_be_stopped_once()
    {
        var name = Storage.NewName("wf");
        await SendAsync(HttpMethod.Put, $"api/workflows/{name}", """{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,"End":true}}}""");
        var (_, execution) = await SendAsync(HttpMethod.Post, $"api/workflows/{name}/executions?executionId={name}", null);

        var (taken, _) = await SendAsync(HttpMethod.Post, $"api/workflows/{name}/executions?executionId={name}", null);
        var (stopped, _) = await SendAsync(HttpMethod.Post, $"api/workflows/executions/{name}/stop", """{"error":"Stopped","cause":"enough"}""");
        var ended = await EndAsync(name);
        var (again, _) = await SendAsync(HttpMethod.Post, $"api/workflows/executions/{name}/stop", null);

        Assert.AreEqual(name, (string)execution!["executionId"]!);
        Assert.AreEqual((HttpStatusCode.Conflict, HttpStatusCode.Accepted, HttpStatusCode.Conflict), (taken, stopped, again));
        Assert.AreEqual(("ABORTED", "Stopped", "enough"), ((string)ended["status"]!, (string)ended["error"]!, (string)ended["cause"]!));
    }

    [TestMethod]
    public async Task An_execution_that_failed_is_redriven_from_the_state_that_failed()
    {
        var name = Storage.NewName("wf");
        var definition = $$"""
            {
              "StartAt": "First",
              "States": {
                "First": { "Type": "Pass", "Result": [1], "Next": "Work" },
                "Work": { "Type": "Task", "Resource": "activity:{{name}}", "End": true }
              }
            }
            """;
        await SendAsync(HttpMethod.Put, $"api/workflows/{name}", definition);
        await SendAsync(HttpMethod.Post, $"api/workflows/{name}/executions?executionId={name}", null);
        var (running, _) = await SendAsync(HttpMethod.Post, $"api/workflows/executions/{name}/redrive", null);
        await AnswerAsync("failure", """{"error":"No","cause":"luck"}""");
        var failed = await EndAsync(name);

        var (redriven, _) = await SendAsync(HttpMethod.Post, $"api/workflows/executions/{name}/redrive", null);
        var again = await AnswerAsync("success", "2");
        var ended = await EndAsync(name);
        var (twice, _) = await SendAsync(HttpMethod.Post, $"api/workflows/executions/{name}/redrive", null);

        Assert.AreEqual((HttpStatusCode.Conflict, HttpStatusCode.Accepted, HttpStatusCode.Conflict), (running, redriven, twice));
        Assert.AreEqual(("FAILED", "SUCCEEDED", "2"), ((string)failed["status"]!, (string)ended["status"]!, ended["output"]?.ToJsonString()));
        Assert.AreEqual("[1]", again["input"]!.ToJsonString());
        var (_, history) = await SendAsync(HttpMethod.Get, $"api/workflows/executions/{name}/history", null);
        StringAssert.EndsWith(
            Types(history!), "ActivityFailed ExecutionFailed ExecutionRedriven TaskStateEntered ActivityScheduled ActivityStarted ActivitySucceeded TaskStateExited ExecutionSucceeded");

        async Task<JsonNode> AnswerAsync(string kind, string body)
        {
            var (_, task) = await SendAsync(HttpMethod.Post, $"api/workflows/activities/{name}/task?waitSeconds=55", null);
            await SendAsync(HttpMethod.Post, $"api/workflows/tasks/{task!["taskToken"]}/{kind}", body);
            return task;
        }
    }

    [TestMethod]
    public async Task A_schedule_starts_a_workflow_at_its_time_and_says_what_it_did()
    {
        var name = Storage.NewName("s");
        await SendAsync(HttpMethod.Put, $"api/workflows/{name}", Echo);
        var at = DateTimeOffset.UtcNow.AddSeconds(2).ToString("O");

        var (wrong, problem) = await SendAsync(HttpMethod.Put, $"api/schedules/{name}", $$"""{"workflow":"{{name}}","cron":"99 * * * *"}""");
        var (unknown, _) = await SendAsync(HttpMethod.Put, $"api/schedules/{name}", $$"""{"workflow":"nosuch","at":"{{at}}"}""");
        var (put, _) = await SendAsync(HttpMethod.Put, $"api/schedules/{name}", $$"""{"workflow":"{{name}}","at":"{{at}}","input":{"n":3} }""");
        var done = await Eventually.GetAsync(
            async () => (await SendAsync(HttpMethod.Get, $"api/schedules/{name}", null)).Body is { } body && body["lastId"] is not null ? body : null, "it was started");
        var ended = await EndAsync((string)done["lastId"]!);
        var (_, all) = await SendAsync(HttpMethod.Get, "api/schedules", null);
        var (removed, _) = await SendAsync(HttpMethod.Delete, $"api/schedules/{name}", null);
        var (again, _) = await SendAsync(HttpMethod.Delete, $"api/schedules/{name}", null);

        Assert.AreEqual((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.OK), (wrong, unknown, put));
        Assert.AreEqual("$.cron", (string?)problem!["errors"]![0]!["path"]);
        Assert.AreEqual("""{"n":3}""", ended["output"]?.ToJsonString());
        Assert.IsTrue(all!["schedules"]!.AsArray().Any(each => (string?)each!["name"] == name));
        Assert.AreEqual((HttpStatusCode.NoContent, HttpStatusCode.NotFound), (removed, again));
    }

    [TestMethod]
    [DataRow("GET", "api/workflows/nosuch", 404)]
    [DataRow("GET", "api/workflows/nosuch/definition", 404)]
    [DataRow("POST", "api/workflows/nosuch/executions", 404)]
    [DataRow("GET", "api/workflows/executions/nosuch", 404)]
    [DataRow("POST", "api/workflows/executions/nosuch/redrive", 404)]
    [DataRow("GET", "api/workflows/executions/nosuch/history", 404)]
    [DataRow("GET", "api/workflows/executions/nosuch/history?maxResults=0", 400)]
    [DataRow("POST", "api/workflows/tasks/nosuch/heartbeat", 404)]
    [DataRow("POST", "api/workflows/tasks/0123456789abcdef0123456789abcdef/success", 404)]
    [DataRow("POST", "api/workflows/activities/nobody/task", 204)]
    [DataRow("POST", "api/workflows/activities/nobody/task?waitSeconds=56", 400)]
    [DataRow("PUT", "api/workflows/tasks", 400)]
    [DataRow("PUT", "api/workflows/no%20name", 400)]
    public async Task What_is_not_there_or_not_right_is_said(string method, string path, int status) =>
        Assert.AreEqual(status, (int)(await SendAsync(new HttpMethod(method), path, method == "PUT" ? Echo : null)).Status);

    [TestMethod]
    public async Task A_definition_is_validated_and_a_state_tried_out_without_being_kept()
    {
        var (_, good) = await SendAsync(HttpMethod.Post, "api/workflows/validate", Echo);
        var (_, bad) = await SendAsync(HttpMethod.Post, "api/workflows/validate", "[1]");
        var (_, tried) = await SendAsync(
            HttpMethod.Post,
            "api/workflows/test-state",
            """
            {
              "definition": { "Type": "Task", "Resource": "function:echo", "ResultPath": "$.got", "Next": "Then" },
              "input": { "n": 1 },
              "mock": { "result": "[2]" }
            }
            """);
        var (refused, _) = await SendAsync(HttpMethod.Post, "api/workflows/test-state", """{"definition":{"Type":"Nothing"}}""");

        Assert.AreEqual("""{"result":"OK","diagnostics":[]}""", good!.ToJsonString());
        Assert.AreEqual(("FAIL", "Definition must be a valid JSON object"), ((string)bad!["result"]!, (string)bad["diagnostics"]![0]!["message"]!));
        Assert.AreEqual(("SUCCEEDED", "Then", """{"n":1,"got":[2]}"""), ((string)tried!["status"]!, (string)tried["nextState"]!, tried["output"]!.ToJsonString()));
        Assert.AreEqual(HttpStatusCode.BadRequest, refused);
    }

    private static string Types(JsonNode history) => string.Join(' ', history["events"]!.AsArray().Select(happened => (string)happened!["type"]!));

    private static Task<JsonNode> EndAsync(string executionId) => Eventually.GetAsync(
        async () => (await SendAsync(HttpMethod.Get, $"api/workflows/executions/{executionId}", null)).Body is { } body && (string)body["status"]! != "RUNNING" ? body : null,
        $"{executionId} has ended");

    private static async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(HttpMethod method, string path, string? body, EntityTagHeaderValue? ifMatch = null)
    {
        App app = await App.GetAsync();
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        if (ifMatch is not null)
        {
            request.Headers.IfMatch.Add(ifMatch);
        }

        using HttpResponseMessage response = await app.Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }
}
