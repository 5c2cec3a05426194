using System.Net;
using System.Text.Json.Nodes;
using Cli.Tests.Pipelines;
using DurableMl.Cli;
using DurableMl.Cli.Commands;
using DurableMl.Cli.Sweeps;

namespace Cli.Tests.Sweeps;

[TestClass]
public sealed class SweepsClientTests
{
    private static readonly (HttpStatusCode, string) Sent = (HttpStatusCode.Accepted, """{ "action": "pause", "id": "d1" }""");

    [TestMethod]
    public async Task A_decision_is_awaited_until_the_sweep_has_taken_it()
    {
        var stub = new StubHandler(
            Sent,
            (HttpStatusCode.OK, """{ "runtimeStatus": "Running", "customStatus": { "phase": "train", "sweep": { "paused": false, "decisions": [{ "id": "d0" }] } } }"""),
            (HttpStatusCode.OK, """{ "runtimeStatus": "Running", "customStatus": { "phase": "train", "sweep": { "paused": true, "decisions": [{ "id": "d1", "refused": "the sweep is paused already" }] } } }"""));

        var decision = await DecideAsync(stub);

        Assert.AreEqual(new SweepDecision("d1", "the sweep is paused already"), decision);
        CollectionAssert.AreEqual(new[] { "POST /api/pipelines/run%201/sweep", "GET /api/pipelines/run%201", "GET /api/pipelines/run%201" }, stub.Requests);
    }

    [TestMethod]
    public async Task A_sweep_that_the_decision_has_ended_has_taken_it()
    {
        var stub = new StubHandler(Sent, (HttpStatusCode.OK, """{ "runtimeStatus": "Running", "customStatus": { "phase": "evaluate", "sweepFinished": "stopped by Ada" } }"""));

        Assert.IsNull((await DecideAsync(stub)).Refused);
    }

    [TestMethod]
    public async Task A_sweep_that_ended_first_has_not_taken_it()
    {
        var stub = new StubHandler(Sent, (HttpStatusCode.OK, """{ "runtimeStatus": "Completed", "customStatus": { "phase": "done" } }"""));

        var exception = await Assert.ThrowsExactlyAsync<CliException>(() => DecideAsync(stub));

        Assert.AreEqual("The sweep of run 1 ended before it took the decision.", exception.Message);
    }

    [TestMethod]
    public void Parameters_are_JSON_values_or_text()
    {
        var parameters = SweepCommand.Parameters(["rate=0.1", "on=true", "name=a=b", "empty="]);

        Assert.AreEqual("""{"rate":0.1,"on":true,"name":"a=b","empty":""}""", parameters.ToJsonString());
        Assert.AreEqual(ExitCodes.Usage, Assert.ThrowsExactly<CliException>(() => SweepCommand.Parameters(["rate"])).ExitCode);
    }

    private static Task<SweepDecision> DecideAsync(StubHandler stub) =>
        new SweepsClient(stub.Client(), TimeProvider.System) { Interval = TimeSpan.Zero }.DecideAsync("run 1", new JsonObject { ["action"] = "pause", ["comment"] = null }, CancellationToken.None);
}
