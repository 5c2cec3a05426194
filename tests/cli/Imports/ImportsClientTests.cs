using System.Net;
using System.Text.Json.Nodes;
using Cli.Tests.Pipelines;
using DurableMl.Cli;
using DurableMl.Cli.Commands;
using DurableMl.Cli.Imports;
using DurableMl.Cli.Pipelines;
using DurableMl.Cli.Progress;

namespace Cli.Tests.Imports;

[TestClass]
public sealed class ImportsClientTests
{
    private static readonly (HttpStatusCode, string) Started = (HttpStatusCode.Accepted, """{ "id": "import-1" }""");

    [TestMethod]
    public async Task An_import_is_followed_to_its_end()
    {
        var stub = new StubHandler(
            Started,
            (HttpStatusCode.Accepted, """{ "runtimeStatus": "Running", "customStatus": { "phase": "prepare" } }"""),
            (HttpStatusCode.Accepted, """{ "runtimeStatus": "Running", "customStatus": { "phase": "convert", "trials": [{ "id": "t", "state": "retrying", "error": "node lost" }] } }"""),
            (HttpStatusCode.OK, """{ "runtimeStatus": "Completed", "customStatus": { "phase": "done" }, "output": { "state": "published", "version": "3", "largestDifference": 0.5 } }"""));
        var client = new ImportsClient(stub.Client(), TimeProvider.System) { Interval = TimeSpan.Zero };
        var output = new StringWriter { NewLine = "\n" };

        var import = await client.StartAsync("a b", [], CancellationToken.None);
        var ended = await new ImportDisplay(output).ShowAsync(client.FollowAsync(import, CancellationToken.None), CancellationToken.None);

        Assert.AreEqual(("published", "3", 0.5), (ended.Result()!.State, ended.Result()!.Version, ended.Result()!.LargestDifference));
        Assert.AreEqual("prepare\nconvert: retrying, node lost\n", output.ToString());
        CollectionAssert.AreEqual(new[] { "POST /api/models/a%20b/import", "GET /api/imports/import-1", "GET /api/imports/import-1", "GET /api/imports/import-1" }, stub.Requests);
    }

    [TestMethod]
    public async Task A_failed_import_has_no_result()
    {
        var stub = new StubHandler(Started, (HttpStatusCode.OK, """{ "runtimeStatus": "Failed", "customStatus": { "phase": "convert", "error": "no" }, "output": "no" }"""));
        var client = new ImportsClient(stub.Client(), TimeProvider.System);

        var ended = await new ImportDisplay(new StringWriter()).ShowAsync(client.FollowAsync(await client.StartAsync("m", [], CancellationToken.None), CancellationToken.None), CancellationToken.None);

        Assert.IsNull(ended.Result());
        Assert.AreEqual("no", ended.CustomStatus!.Error);
    }

    [TestMethod]
    [DataRow(HttpStatusCode.Accepted, HttpStatusCode.OK, "POST /api/pipelines/a%2Fb/cancel")]
    [DataRow(HttpStatusCode.NotFound, HttpStatusCode.Accepted, "POST /api/pipelines/a%2Fb/cancel, POST /api/imports/a%2Fb/cancel")]
    public async Task What_is_no_run_is_cancelled_as_an_import(HttpStatusCode run, HttpStatusCode import, string requests)
    {
        var stub = new StubHandler((run, "{}"), (import, "{}"));

        await CancelCommand.CancelAsync(new PipelinesClient(stub.Client()), new ImportsClient(stub.Client(), TimeProvider.System), "a/b", CancellationToken.None);

        Assert.AreEqual(requests, string.Join(", ", stub.Requests));
    }

    [TestMethod]
    [DataRow(HttpStatusCode.NotFound, "No run, import or scoring has the id 'a'.")]
    [DataRow(HttpStatusCode.Conflict, "The import has ended.")]
    public async Task What_cannot_be_cancelled_is_said(HttpStatusCode import, string said)
    {
        var stub = new StubHandler((HttpStatusCode.NotFound, "{}"), (import, """{ "title": "The import has ended." }"""), (HttpStatusCode.NotFound, "{}"));

        var exception = await Assert.ThrowsExactlyAsync<CliException>(() =>
            CancelCommand.CancelAsync(new PipelinesClient(stub.Client()), new ImportsClient(stub.Client(), TimeProvider.System), "a", CancellationToken.None));

        StringAssert.Contains(exception.Message, said);
    }

    [TestMethod]
    [DataRow(HttpStatusCode.NotFound, null, "champion")]
    [DataRow(HttpStatusCode.OK, null, null)]
    [DataRow(HttpStatusCode.NotFound, "candidate", "candidate")]
    public async Task The_first_version_of_a_model_becomes_its_champion_unless_another_alias_is_given(HttpStatusCode model, string? alias, string? sent)
    {
        (HttpStatusCode, string)?[] answers = alias is null ? [(model, "{}"), (HttpStatusCode.Accepted, """{ "id": "a" }""")] : [(HttpStatusCode.Accepted, """{ "id": "a" }""")];
        var request = new JsonObject { ["source"] = "raw/m.onnx" };
        if (alias is not null)
        {
            request["alias"] = alias;
        }

        Assert.AreEqual(0, await ImportCommand.RunAsync(new ImportsClient(new StubHandler(answers).Client(), TimeProvider.System), "digits", request, detach: true, CancellationToken.None));

        Assert.AreEqual(sent, request["alias"]?.GetValue<string>());
    }

    [TestMethod]
    public async Task A_refused_import_says_why()
    {
        var stub = new StubHandler((HttpStatusCode.BadRequest, """{ "title": "The request is not valid.", "errors": [{ "path": "$.sample", "reason": "is missing" }] }"""));

        var exception = await Assert.ThrowsExactlyAsync<CliException>(() => new ImportsClient(stub.Client(), TimeProvider.System).StartAsync("m", [], CancellationToken.None));

        StringAssert.Contains(exception.Message, "$.sample: is missing");
    }
}
