using System.Net;
using Cli.Tests.Pipelines;
using DurableMl.Cli;
using DurableMl.Cli.Commands;
using DurableMl.Cli.Workflows;

namespace Cli.Tests.Workflows;

[TestClass]
public sealed class WorkflowCommandTests
{
    private const string Entered = """{"timestamp":"2026-01-02T03:04:05.000Z","type":"TaskStateEntered","id":2,"previousEventId":0,"stateEnteredEventDetails":{"name":"Work"}}""";

    [TestMethod]
    public async Task An_execution_is_followed_to_its_end_through_a_restart_of_the_host()
    {
        var stub = new StubHandler(
            (HttpStatusCode.OK, """{"executionId":"a","status":"RUNNING"}"""),
            (HttpStatusCode.OK, $$"""{"events":[{{Entered}}]}"""),
            null,
            (HttpStatusCode.OK, """{"executionId":"a","status":"SUCCEEDED","output":{"n":1}}"""),
            (HttpStatusCode.OK, """{"events":[]}"""));
        var output = new StringWriter { NewLine = "\n" };

        var code = await WorkflowExecutionCommands.FollowAsync(Client(stub), "a", output, CancellationToken.None);

        Assert.AreEqual(ExitCodes.Done, code);
        StringAssert.StartsWith(output.ToString(), "03:04:05.000      2  TaskStateEntered          Work\n");
        StringAssert.Contains(output.ToString(), """{"n":1}""");
        Assert.AreEqual("GET /api/workflows/executions/a/history?nextToken=2", stub.Requests[^1]);
    }

    [TestMethod]
    [DataRow("""{"status":"FAILED","error":"Torn","cause":"why"}""", "a: FAILED, Torn: why\n")]
    [DataRow("""{"status":"ABORTED"}""", "a: ABORTED\n")]
    public async Task What_did_not_succeed_says_why_and_is_a_failure(string answer, string said)
    {
        var output = new StringWriter { NewLine = "\n" };

        var code = await WorkflowExecutionCommands.FollowAsync(
            Client(new StubHandler((HttpStatusCode.OK, answer), (HttpStatusCode.OK, """{"events":[]}"""))), "a", output, CancellationToken.None);

        Assert.AreEqual((ExitCodes.Failed, said), (code, output.ToString()));
    }

    [TestMethod]
    public async Task Versions_and_ids_are_sent_as_they_are_asked_for()
    {
        var stub = new StubHandler((HttpStatusCode.OK, """{"version":3,"sha256":"aa"}"""), (HttpStatusCode.Accepted, """{"executionId":"b"}"""));

        var pushed = await Client(stub).PushAsync("train", "{}", "live", CancellationToken.None);
        await Client(stub).StartAsync("train", "live", "b", "{}", CancellationToken.None);

        Assert.AreEqual(3, pushed.Version);
        CollectionAssert.AreEqual(new[] { "PUT /api/workflows/train?alias=live", "POST /api/workflows/train/executions?version=live&executionId=b" }, stub.Requests);
    }

    [TestMethod]
    public async Task Redrives_exports_and_schedules_are_asked_for_by_their_paths()
    {
        var stub = new StubHandler(
            (HttpStatusCode.Accepted, """{"executionId":"b","status":"RUNNING"}"""),
            (HttpStatusCode.OK, """{"StartAt":"Prepare","States":{}}"""),
            (HttpStatusCode.OK, """{"name":"nightly","next":"2026-01-02T03:00:00+00:00"}"""),
            (HttpStatusCode.OK, """{"schedules":[{"name":"nightly"}]}"""),
            (HttpStatusCode.NoContent, ""));

        await Client(stub).RedriveAsync("b", CancellationToken.None);
        var exported = await Client(stub).ExportPipelineAsync("{}", CancellationToken.None);
        await Client(stub).SetScheduleAsync("nightly", "{}", CancellationToken.None);
        var schedules = await Client(stub).SchedulesAsync(CancellationToken.None);
        await Client(stub).RemoveScheduleAsync("nightly", CancellationToken.None);

        Assert.AreEqual("Prepare", (string?)exported["StartAt"]);
        Assert.HasCount(1, schedules);
        CollectionAssert.AreEqual(
            new[] { "POST /api/workflows/executions/b/redrive", "POST /api/workflows/export-pipeline", "PUT /api/schedules/nightly", "GET /api/schedules", "DELETE /api/schedules/nightly" },
            stub.Requests);
    }

    [TestMethod]
    public async Task A_definition_that_the_host_refuses_says_where_it_is_wrong()
    {
        var stub = new StubHandler((HttpStatusCode.BadRequest, """{"title":"The definition is not valid.","errors":[{"path":"/States/A/Resource","reason":"There is no function"}]}"""));

        var exception = await Assert.ThrowsExactlyAsync<CliException>(() => Client(stub).PushAsync("train", "{}", null, CancellationToken.None));

        StringAssert.Contains(exception.Message, "/States/A/Resource: There is no function");
    }

    [TestMethod]
    [DataRow("""{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}""", 0, "m.json is valid.\n")]
    [DataRow("""{"StartAt":"B","States":{"A":{"Type":"Pass"}}}""", 1, "/StartAt: Missing 'StartAt' target: B")]
    public async Task Validation_needs_no_host_and_says_everything(string definition, int code, string said)
    {
        var output = new StringWriter { NewLine = "\n" };

        Assert.AreEqual(code, await WorkflowCommand.ValidateAsync(definition, "m.json", output));

        StringAssert.Contains(output.ToString(), said);
    }

    [TestMethod]
    public async Task What_is_no_JSON_is_refused_before_anything_is_sent()
    {
        var exception = await Assert.ThrowsExactlyAsync<CliException>(() => WorkflowCommand.JsonAsync("--input", "{", CancellationToken.None));

        StringAssert.Contains(exception.Message, "--input is not JSON");
    }

    private static WorkflowsClient Client(StubHandler stub) => new(stub.Client(), TimeProvider.System) { Interval = TimeSpan.Zero };
}
