using System.Net;
using System.Text.Json.Nodes;

namespace BatchEmulator.Tests.Wire;

[TestClass]
public sealed class RequestTests
{
    [TestMethod]
    public async Task An_error_has_the_services_body()
    {
        await using var emulator = await EmulatorFixture.StartAsync();

        var (status, body, response) = await emulator.Client.SendAsync("GET", "/jobs/absent");

        Assert.AreEqual(HttpStatusCode.NotFound, status);
        Assert.AreEqual("JobNotFound", (string?)body["code"]);
        Assert.AreEqual("en-US", (string?)body["message"]!["lang"]);
        StringAssert.Contains((string)body["message"]!["value"]!, $"\nRequestId:{response.Headers.GetValues("request-id").Single()}\nTime:");
    }

    [TestMethod]
    [DataRow("""{"vmSize":"s"}""", "MissingRequiredProperty", "id")]
    [DataRow("""{"id":"p","vmSize":"s","colour":"red"}""", "InvalidRequestBody", "colour")]
    [DataRow("""{"id":"p p","vmSize":"s"}""", "InvalidPropertyValue", "id")]
    [DataRow("""{"id":"p","vmSize":"s","targetDedicatedNodes":"3"}""", "InvalidPropertyValue", "targetDedicatedNodes")]
    [DataRow("""{"id":"p","vmSize":"s","targetDedicatedNodes":-1}""", "InvalidPropertyValue", "targetDedicatedNodes")]
    [DataRow("""{"id":"p","vmSize":"s","resizeTimeout":"15 minutes"}""", "InvalidPropertyValue", "resizeTimeout")]
    [DataRow("""{"id":"p","vmSize":"s","taskSchedulingPolicy":{"nodeFillType":"tight"}}""", "InvalidPropertyValue", "taskSchedulingPolicy.nodeFillType")]
    [DataRow("""{"id":"p","vmSize":"s","startTask":{"resourceFiles":[{"fileMode":7}]}}""", "InvalidPropertyValue", "startTask.resourceFiles[0].fileMode")]
    [DataRow("\"text\"", "InvalidRequestBody", "")]
    public async Task A_wrong_body_is_refused_by_the_property_that_is_wrong(string body, string code, string property)
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var (status, error, _) = await emulator.Client.SendAsync("POST", "/pools", JsonNode.Parse(body));

        Assert.AreEqual(HttpStatusCode.BadRequest, status);
        Assert.AreEqual(code, (string?)error["code"], error.ToJsonString());
        StringAssert.Contains(error["values"]!.ToJsonString(), property);
    }

    [TestMethod]
    public async Task Enum_values_are_read_in_any_case_and_written_in_lower_case()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync(dedicated: 0, change: p => p["taskSchedulingPolicy"] = new JsonObject { ["nodeFillType"] = "PACK" });
        await emulator.CreateJobAsync(change: j => j["onTaskFailure"] = "performExitOptionsJobAction");

        Assert.AreEqual("pack", (string?)(await emulator.Client.OkAsync("GET", "/pools/pool"))["taskSchedulingPolicy"]!["nodeFillType"]);
        Assert.AreEqual("performexitoptionsjobaction", (string?)(await emulator.Client.OkAsync("GET", "/jobs/job"))["onTaskFailure"]);
    }

    [TestMethod]
    public async Task Ids_keep_their_case_and_are_found_in_any()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync("MyPool", dedicated: 0);

        Assert.AreEqual("MyPool", (string?)(await emulator.Client.OkAsync("GET", "/pools/mypool"))["id"]);
        Assert.AreEqual("PoolExists", await emulator.Client.FailsAsync(HttpStatusCode.Conflict, "POST", "/pools", new JsonObject { ["id"] = "MYPOOL", ["vmSize"] = "s" }));
    }

    [TestMethod]
    public async Task Etags_guard_changes_and_spare_unchanged_reads()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync(dedicated: 0);
        await emulator.CreateJobAsync();
        var before = (string)(await emulator.Client.OkAsync("GET", "/jobs/job"))["eTag"]!;
        Assert.AreEqual(HttpStatusCode.NotModified, (await emulator.Client.SendAsync("GET", "/jobs/job", null, ("If-None-Match", $"\"{before}\""))).Status);
        var change = new JsonObject { ["priority"] = 5 };

        await emulator.Client.OkAsync("PATCH", "/jobs/job", change.DeepClone(), ("If-Match", before));

        Assert.AreEqual("ConditionNotMet", await emulator.Client.FailsAsync(HttpStatusCode.PreconditionFailed, "PATCH", "/jobs/job", change.DeepClone(), ("If-Match", before)));
        Assert.AreEqual("ConditionNotMet", await emulator.Client.FailsAsync(HttpStatusCode.PreconditionFailed, "DELETE", "/jobs/job", headers: ("If-Unmodified-Since", DateTimeOffset.UtcNow.AddHours(-1).ToString("R"))));
        var (status, after, response) = await emulator.Client.SendAsync("GET", "/jobs/job", null, ("If-None-Match", before));
        Assert.AreEqual(HttpStatusCode.OK, status);
        Assert.AreNotEqual(before, (string?)after["eTag"]);
        Assert.AreEqual((string?)after["eTag"], response.Headers.NonValidated["ETag"].ToString());
        Assert.AreEqual(5, (int)after["priority"]!);
    }

    [TestMethod]
    public async Task Lists_are_filtered_selected_and_paged()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync();
        await emulator.CreateJobAsync();
        await emulator.AddTaskAsync("fails", "/bin/sh -c 'exit 2'");
        await emulator.AddTaskAsync("works", "true");
        await emulator.WaitAsync("works");

        async Task<string> IdsAsync(string filter) => string.Join(',', (await emulator.Client.OkAsync("GET", "/jobs/job/tasks?$filter=" + Uri.EscapeDataString(filter)))["value"]!.AsArray().Select(t => (string)t!["id"]!));
        Assert.AreEqual("fails", await IdsAsync("executionInfo/result eq 'Failure'"));
        Assert.AreEqual("fails", await IdsAsync("state eq 'completed' and executionInfo/exitCode gt 1"));
        Assert.AreEqual("works", await IdsAsync("not (executionInfo/exitCode ne 0)"));
        Assert.AreEqual("fails,works", await IdsAsync("startswith(id, 'f') or (startswith(id, 'w') and executionInfo/exitCode lt 1)"));
        Assert.AreEqual("", await IdsAsync("creationTime lt DateTime'2020-01-01T00:00:00Z'"));
        Assert.AreEqual("fails,works", await IdsAsync("creationTime gt 2020-01-01T00:00:00Z"));
        var selected = (await emulator.Client.OkAsync("GET", "/jobs/job/tasks?maxresults=1&$select=id,executionInfo/exitCode"));
        Assert.AreEqual("""{"id":"fails","executionInfo":{"exitCode":2}}""", selected["value"]![0]!.ToJsonString());
        var next = await emulator.Client.OkAsync("GET", (string)selected["odata.nextLink"]!);
        Assert.AreEqual("works", (string?)next["value"]![0]!["id"]);
        Assert.IsNull(next["odata.nextLink"]);
        Assert.AreEqual("InvalidQueryParameterValue", await emulator.Client.FailsAsync(HttpStatusCode.BadRequest, "GET", "/jobs?$filter=" + Uri.EscapeDataString("state eq")));
        Assert.AreEqual("OutOfRangeQueryParameterValue", await emulator.Client.FailsAsync(HttpStatusCode.BadRequest, "GET", "/jobs?maxresults=1001"));
    }

    [TestMethod]
    public async Task A_task_collection_has_its_limits()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync(dedicated: 0);
        await emulator.CreateJobAsync();
        JsonObject Collection(int count, int size) => new()
        {
            ["value"] = new JsonArray([.. Enumerable.Range(0, count).Select(i => new JsonObject { ["id"] = $"t{i}", ["commandLine"] = new string('x', size) })]),
        };

        Assert.AreEqual("InvalidPropertyValue", await emulator.Client.FailsAsync(HttpStatusCode.BadRequest, "POST", "/jobs/job/addtaskcollection", Collection(101, 1)));
        Assert.AreEqual("RequestBodyTooLarge", await emulator.Client.FailsAsync(HttpStatusCode.RequestEntityTooLarge, "POST", "/jobs/job/addtaskcollection", Collection(100, 11_000)));
    }

    [TestMethod]
    public async Task What_is_not_supported_says_so_by_name_and_what_is_not_there_is_not_found()
    {
        await using var emulator = await EmulatorFixture.StartAsync();

        var (status, body, _) = await emulator.Client.SendAsync("GET", "/applications");

        Assert.AreEqual(HttpStatusCode.NotImplemented, status);
        StringAssert.Contains((string)body["message"]!["value"]!, "ListApplications");
        Assert.AreEqual("ResourceNotFound", await emulator.Client.FailsAsync(HttpStatusCode.NotFound, "GET", "/nothing/here"));
    }
}
