using System.Net;
using DurableMl.Cli;
using DurableMl.Cli.Pipelines;
using DurableMl.Cli.Progress;

namespace Cli.Tests.Pipelines;

[TestClass]
public sealed class PipelinesClientTests
{
    [TestMethod]
    public async Task Starting_sends_the_id_and_gives_it_back()
    {
        var stub = new StubHandler((HttpStatusCode.Accepted, """{ "id": "a b" }"""));

        Assert.AreEqual("a b", await new PipelinesClient(stub.Client()).StartAsync("{}", "a b", CancellationToken.None));
        CollectionAssert.AreEqual(new[] { "POST /api/pipelines?runId=a%20b" }, stub.Requests);
    }

    [TestMethod]
    public async Task A_refused_pipeline_says_why()
    {
        var stub = new StubHandler((HttpStatusCode.BadRequest, """{ "title": "Invalid pipeline", "errors": [{ "path": "$.name", "reason": "is missing" }] }"""));

        var exception = await Assert.ThrowsExactlyAsync<CliException>(() => new PipelinesClient(stub.Client()).StartAsync("{}", null, CancellationToken.None));

        StringAssert.Contains(exception.Message, "$.name: is missing");
    }

    [TestMethod]
    public async Task Resuming_says_how_many_trials_may_fail()
    {
        var stub = new StubHandler((HttpStatusCode.Accepted, "{}"), (HttpStatusCode.Conflict, """{ "title": "Nothing is left to do." }"""));
        var client = new PipelinesClient(stub.Client());

        await client.ResumeAsync("a b", 3, CancellationToken.None);
        var exception = await Assert.ThrowsExactlyAsync<CliException>(() => client.ResumeAsync("a b", null, CancellationToken.None));

        StringAssert.Contains(exception.Message, "Nothing is left to do.");
        CollectionAssert.AreEqual(new[] { "POST /api/pipelines/a%20b/resume?maxFailedTrials=3", "POST /api/pipelines/a%20b/resume" }, stub.Requests);
    }

    [TestMethod]
    public async Task A_run_that_is_not_there_is_null()
    {
        var stub = new StubHandler((HttpStatusCode.NotFound, "{}"));

        Assert.IsNull(await new PipelinesClient(stub.Client()).GetAsync("a", CancellationToken.None));
    }

    [TestMethod]
    public async Task What_is_no_run_is_looked_for_among_imports_and_scorings()
    {
        var stub = new StubHandler((HttpStatusCode.NotFound, "{}"), (HttpStatusCode.OK, """{ "runId": "a", "state": "failed", "output": "no shard", "customStatus": { "shards": 0 } }"""));

        var found = await new PipelinesClient(stub.Client()).GetOtherAsync("a", CancellationToken.None);

        Assert.AreEqual("a: failed, no shard", RunTables.Headline(found!));
        CollectionAssert.AreEqual(new[] { "GET /api/imports/a", "GET /api/scores/a" }, stub.Requests);
    }

    [TestMethod]
    public async Task Runs_are_listed_over_all_pages()
    {
        var stub = new StubHandler(
            (HttpStatusCode.OK, """{ "runs": [{ "runId": "a" }], "continuationToken": "x+y" }"""), (HttpStatusCode.OK, """{ "runs": [{ "runId": "b" }] }"""));

        var ids = new List<string?>();
        await foreach (var run in new PipelinesClient(stub.Client()).ListAsync(CancellationToken.None))
        {
            ids.Add(run.RunId);
        }

        CollectionAssert.AreEqual(new[] { "a", "b" }, ids);
        CollectionAssert.AreEqual(new[] { "GET /api/pipelines", "GET /api/pipelines?continuationToken=x%2By" }, stub.Requests);
    }

    [TestMethod]
    public async Task A_host_that_is_away_is_named()
    {
        var exception = await Assert.ThrowsExactlyAsync<HostUnreachableException>(() =>
            new PipelinesClient(new StubHandler((ValueTuple<HttpStatusCode, string>?)null).Client()).GetAsync("a", CancellationToken.None));

        StringAssert.Contains(exception.Message, "http://host/");
    }
}
