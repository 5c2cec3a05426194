using System.Net;
using System.Text.Json.Nodes;
using Cli.Tests.Pipelines;
using DurableMl.Cli;
using DurableMl.Cli.Commands;
using DurableMl.Cli.Pipelines;
using Spectre.Console;

namespace Cli.Tests.Commands;

[TestClass]
public sealed class DailyCommandsTests
{
    public required TestContext TestContext { get; init; }

    [TestMethod]
    public void A_folder_becomes_blobs_below_its_name_and_hidden_files_stay_behind()
    {
        using var folder = new TemporaryFolder();
        foreach (string file in (string[])["penguins/a.csv", "penguins/more/b.csv", "penguins/.cache/c.csv"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[file])!);
            File.WriteAllText(folder[file], "");
        }

        CollectionAssert.AreEqual(new[] { "raw/penguins/a.csv", "raw/penguins/more/b.csv" }, Names(folder["penguins"], null));
        CollectionAssert.AreEqual(new[] { "raw/birds/a.csv", "raw/birds/more/b.csv" }, Names(folder["penguins"], "raw/birds"));
        CollectionAssert.AreEqual(new[] { "raw/birds/a.csv" }, Names(folder["penguins/a.csv"], "raw/birds/"));
        CollectionAssert.AreEqual(new[] { "raw/birds/x.csv" }, Names(folder["penguins/a.csv"], "raw/birds/x.csv"));
        StringAssert.Contains(Assert.ThrowsExactly<CliException>(() => Names(folder["penguins"], "models/")).Message, "raw data goes below raw/");
        StringAssert.Contains(Assert.ThrowsExactly<CliException>(() => Names(folder["none"], null)).Message, "There is no file or folder");
    }

    [TestMethod]
    public void Rows_of_a_CSV_file_are_columns_of_texts_and_what_is_empty_is_null()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["rows.csv"], "Island,\"Body, Mass\"\nDream,\"3,700\"\nBiscoe,\n");

        JsonObject request = InferCommand.Rows(new FileInfo(folder["rows.csv"])).Single();

        Assert.IsTrue(JsonNode.DeepEquals(
            JsonNode.Parse("""
                { "inputs": [
                  { "name": "Island", "datatype": "BYTES", "shape": [2], "data": ["Dream", "Biscoe"] },
                  { "name": "Body, Mass", "datatype": "BYTES", "shape": [2], "data": ["3,700", null] } ] }
                """),
            JsonNode.Parse(request.ToJsonString())), request.ToJsonString());
    }

    [TestMethod]
    public void Many_rows_become_several_requests()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder["rows.csv"], Enumerable.Range(0, 2500).Select(i => $"{i}").Prepend("n"));

        CollectionAssert.AreEqual(
            new[] { 1000, 1000, 500 }, InferCommand.Rows(new FileInfo(folder["rows.csv"])).Select(request => request["inputs"]![0]!["data"]!.AsArray().Count).ToArray());
    }

    [TestMethod]
    public void Objects_are_rows_and_a_request_is_sent_as_it_is()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["rows.json"], """[{ "a": 1.50, "b": true }, { "a": null }]""");
        File.WriteAllText(folder["request.json"], """{ "inputs": [], "id": "x" }""");
        File.WriteAllText(folder["other.json"], "[1]");
        File.WriteAllText(folder["lines.json"], "{ \"a\": 4.0, \"b\": {} }\n\n{ \"a\": 7 }\n");

        JsonNode inputs = InferCommand.Requests(new FileInfo(folder["rows.json"])).Single()["inputs"]!;

        Assert.AreEqual("""["1.5",null]""", inputs[0]!["data"]!.ToJsonString());
        Assert.AreEqual("""["true",null]""", inputs[1]!["data"]!.ToJsonString());
        Assert.AreEqual("x", (string)InferCommand.Requests(new FileInfo(folder["request.json"])).Single()["id"]!);
        StringAssert.Contains(Assert.ThrowsExactly<CliException>(() => InferCommand.Requests(new FileInfo(folder["other.json"]))).Message, "must be an array of objects");
        JsonNode lines = InferCommand.Requests(new FileInfo(folder["lines.json"])).Single();
        Assert.AreEqual("""{"inputs":[{"name":"a","datatype":"BYTES","shape":[2],"data":["4","7"]}]}""", lines.ToJsonString(), "numbers as training reads them, and nothing nested");
    }

    [TestMethod]
    public async Task Answers_are_written_an_object_a_row()
    {
        var stub = new StubHandler((HttpStatusCode.OK, """
            { "outputs": [ { "name": "label", "shape": [2], "data": ["Adelie", "Gentoo"] }, { "name": "scores", "shape": [2, 2], "data": [0.9, 0.1, 0.2, 0.8] } ] }
            """));
        var output = new StringWriter { NewLine = "\n" };

        await InferCommand.AskAsync(new ApiConnection(stub.Client()), "v2/models/p/infer", [[]], output, TestContext.CancellationToken);

        Assert.AreEqual("""{"label":"Adelie","scores":[0.9,0.1]}""" + "\n" + """{"label":"Gentoo","scores":[0.2,0.8]}""" + "\n", output.ToString());
    }

    [TestMethod]
    public void Images_are_sent_as_the_files_that_they_are()
    {
        using var folder = new TemporaryFolder();
        FileInfo[] files = [.. Enumerable.Range(0, 17).Select(i => new FileInfo(folder[$"{i}.png"]))];
        files.ToList().ForEach(file => File.WriteAllBytes(file.FullName, [1, 2, 3]));

        JsonObject[] requests = [.. InferCommand.Images(files)];

        CollectionAssert.AreEqual(new[] { 16, 1 }, requests.Select(request => request["inputs"]![0]!["data"]!.AsArray().Count).ToArray());
        Assert.AreEqual("""{"name":"image","datatype":"BYTES","shape":[1],"data":["AQID"]}""", requests[1]["inputs"]![0]!.ToJsonString());
        StringAssert.Contains(Assert.ThrowsExactly<CliException>(() => InferCommand.Images([new FileInfo(folder["none.png"])])).Message, "There is no file");
    }

    [TestMethod]
    public async Task A_scoring_is_followed_to_its_end_and_says_where_the_predictions_are()
    {
        var stub = new StubHandler(
            (HttpStatusCode.Accepted, """{ "id": "score-1" }"""),
            (HttpStatusCode.OK, """{ "runtimeStatus": "Completed", "customStatus": { "shards": 2, "examples": 30 }, "output": { "shards": 2, "examples": 30, "accuracy": 0.9, "output": "runs/score-1/scores/", "cancelled": null } }"""));
        var output = new StringWriter { NewLine = "\n" };

        int code = await ScoreCommand.RunAsync(
            new ApiConnection(stub.Client()), TimeProvider.System, "m", new JsonObject { ["input"] = "raw/new/" }, detach: false, output, TestContext.CancellationToken);

        Assert.AreEqual(0, code);
        CollectionAssert.AreEqual(new[] { "POST /api/models/m/score", "GET /api/scores/score-1" }, stub.Requests);
        Assert.AreEqual("""{"input":"raw/new/"}""", stub.Bodies[0]);
        Assert.AreEqual("Started score-1.\n30 examples of 2 parts\nscore-1: 30 examples of 2 parts, 90.00 % of them right; predictions in runs/score-1/scores/\n", output.ToString());
    }

    [TestMethod]
    public async Task What_a_scoring_left_out_and_passed_over_is_said()
    {
        var stub = new StubHandler(
            (HttpStatusCode.Accepted, """{ "id": "score-1" }"""),
            (HttpStatusCode.OK, """
                { "runtimeStatus": "Completed", "customStatus": { "shards": 1, "examples": 9, "failed": 1 }, "output": { "shards": 1, "examples": 9, "failed": 1, "skipped": 2, "output": "runs/x/",
                  "causes": [{ "reason": "column 'mass' should hold a finite number", "count": 1, "first": "raw/new/a.csv, line 5: 'x'" }] } }
                """));
        var output = new StringWriter { NewLine = "\n" };

        await ScoreCommand.RunAsync(new ApiConnection(stub.Client()), TimeProvider.System, "m", [], detach: false, output, TestContext.CancellationToken);

        Assert.AreEqual(
            "Started score-1.\n9 examples of 1 parts, 1 left out\nscore-1: 9 examples of 1 parts, 1 left out; predictions in runs/x/\n"
            + "  left out: 1 × column 'mass' should hold a finite number, first at raw/new/a.csv, line 5: 'x'\n  passed over: 2 blobs that hold nothing that the model takes\n",
            output.ToString());
    }

    [TestMethod]
    [DataRow("", "it is empty")]
    [DataRow("a,b\n", "it has no rows")]
    [DataRow("a,b,a\n1,2,3\n", "names the column 'a' more than once")]
    [DataRow(",\n1,2\n", "its first line names no column")]
    [DataRow("a,b\n1,2\n\n1,2,3\n", "line 4 has 3 values for 2 columns")]
    public void A_file_that_is_no_table_is_refused_with_the_reason(string content, string reason)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.csv"], content);

        CliException refusal = Assert.ThrowsExactly<CliException>(() => InferCommand.Rows(new FileInfo(folder["a.csv"])).ToList());

        Assert.Contains(reason, refusal.Message);
    }

    [TestMethod]
    public void Text_that_is_not_UTF_8_is_refused_and_blank_lines_are_no_rows()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["latin.csv"], [.. "a,b\nx,"u8, 0xE9, .. "\n"u8]);
        File.WriteAllText(folder["blank.csv"], " a ,b\n1,2\n\n3,4\n\n");

        CliException refusal = Assert.ThrowsExactly<CliException>(() => InferCommand.Rows(new FileInfo(folder["latin.csv"])).ToList());
        JsonNode inputs = InferCommand.Rows(new FileInfo(folder["blank.csv"])).Single()["inputs"]!;

        Assert.Contains("not UTF-8", refusal.Message);
        Assert.AreEqual(("a", "[\"1\",\"3\"]"), ((string)inputs[0]!["name"]!, inputs[0]!["data"]!.ToJsonString()));
    }

    [TestMethod]
    public async Task An_image_that_is_refused_is_named_by_its_file()
    {
        using var folder = new TemporaryFolder();
        FileInfo[] files = [.. Enumerable.Range(0, 18).Select(i => new FileInfo(folder[$"{i}.png"]))];
        files.ToList().ForEach(file => File.WriteAllBytes(file.FullName, [1]));
        var stub = new StubHandler(
            (HttpStatusCode.OK, """{ "outputs": [] }"""), (HttpStatusCode.BadRequest, """{ "error": "inputs[0].data[1]: is damaged." }"""));

        CliException refusal = await Assert.ThrowsExactlyAsync<CliException>(
            () => InferCommand.AskImagesAsync(new ApiConnection(stub.Client()), "v2/models/p/infer", files, TextWriter.Null, TestContext.CancellationToken));

        Assert.AreEqual($"{folder["17.png"]}: is damaged.", refusal.Message);
        File.WriteAllBytes(folder["empty.png"], []);
        Assert.Contains("has 0 bytes", Assert.ThrowsExactly<CliException>(() => InferCommand.Images([new FileInfo(folder["empty.png"])])).Message);
        Assert.Contains("it is a folder", Assert.ThrowsExactly<CliException>(() => InferCommand.Images([new FileInfo(folder.Path)])).Message);
    }

    [TestMethod]
    public async Task A_scoring_that_was_cancelled_or_failed_is_no_success()
    {
        var stub = new StubHandler(
            (HttpStatusCode.Accepted, """{ "id": "score-1" }"""),
            (HttpStatusCode.OK, """{ "runtimeStatus": "Completed", "output": { "cancelled": "by ann" } }"""),
            (HttpStatusCode.Accepted, """{ "id": "score-2" }"""),
            (HttpStatusCode.OK, """{ "runtimeStatus": "Failed", "state": "failed", "output": "no shards" }"""));
        Task<int> Run() => ScoreCommand.RunAsync(new ApiConnection(stub.Client()), TimeProvider.System, "m", [], detach: false, TextWriter.Null, TestContext.CancellationToken);

        Assert.AreEqual(1, await Run());
        Assert.AreEqual("score-2: failed, no shards", (await Assert.ThrowsExactlyAsync<CliException>(Run)).Message);
    }

    [TestMethod]
    public async Task A_log_is_followed_until_its_trial_has_ended_and_is_read_to_its_end()
    {
        const string Running = """{ "runId": "run-1", "runtimeStatus": "Running", "customStatus": { "trials": [{ "id": "trial-000", "state": "completed" }, { "id": "trial-001", "state": "running" }] } }""";
        const string Ended = """{ "runId": "run-1", "runtimeStatus": "Running", "customStatus": { "trials": [{ "id": "trial-001", "state": "completed" }] } }""";
        var stub = new StubHandler(
            (HttpStatusCode.OK, Running),
            (HttpStatusCode.OK, Running),
            (HttpStatusCode.OK, """{ "part": "attempt-1/start-0", "next": 2, "text": "a\n" }"""),
            (HttpStatusCode.OK, Ended),
            (HttpStatusCode.OK, """{ "part": "attempt-1/start-0", "next": 4, "text": "b\n" }"""),
            (HttpStatusCode.OK, Ended),
            (HttpStatusCode.OK, """{ "part": "attempt-1/start-0", "next": 4, "text": "" }"""));
        var output = new StringWriter();

        await LogsCommand.ShowAsync(stub.Client(), TimeProvider.System, "run-1", null, "stdout", follow: true, output, TestContext.CancellationToken);

        Assert.AreEqual("a\nb\n", output.ToString());
        Assert.AreEqual("GET /api/pipelines/run-1/trials/trial-001/log?stream=stdout", stub.Requests[2]);
        Assert.AreEqual("GET /api/pipelines/run-1/trials/trial-001/log?stream=stdout&part=attempt-1%2Fstart-0&offset=2", stub.Requests[4]);
    }

    [TestMethod]
    public async Task An_alias_is_set_and_removed()
    {
        var stub = new StubHandler((HttpStatusCode.OK, """{ "champion": "3" }"""), (HttpStatusCode.OK, "{}"));
        var api = new ApiConnection(stub.Client());

        await ModelCommands.SetAliasAsync(api, "a b", "champion", "3", TestContext.CancellationToken);
        await ModelCommands.SetAliasAsync(api, "a b", "champion", null, TestContext.CancellationToken);

        CollectionAssert.AreEqual(new[] { "PUT /api/models/a%20b/aliases/champion", "DELETE /api/models/a%20b/aliases/champion" }, stub.Requests);
    }

    [TestMethod]
    public async Task What_is_deleted_is_asked_for_first_and_says_what_went()
    {
        var stub = new StubHandler((HttpStatusCode.OK, """{ "run": "run-1", "histories": 4, "containers": 2, "blobs": 9, "bytes": 2048 }"""));
        var api = new ApiConnection(stub.Client());
        var output = new StringWriter { NewLine = "\n" };
        Task<int> Run(bool yes, TextReader? input) => DeleteCommand.RunAsync(api, "run run-1", "api/pipelines/run-1", yes, input, output, TestContext.CancellationToken);

        Assert.AreEqual(1, await Run(false, new StringReader("y\n")));
        StringAssert.Contains((await Assert.ThrowsExactlyAsync<CliException>(() => Run(false, null))).Message, "--yes");
        Assert.IsEmpty(stub.Requests);
        Assert.AreEqual(0, await Run(false, new StringReader("yes\n")));

        CollectionAssert.AreEqual(new[] { "DELETE /api/pipelines/run-1" }, stub.Requests);
        StringAssert.EndsWith(output.ToString(), "Deleted run run-1: 4 histories, 2 containers, 9 blobs, 2 KiB.\n");
    }

    [TestMethod]
    public async Task What_is_in_use_is_not_deleted_and_says_what_uses_it()
    {
        var stub = new StubHandler((HttpStatusCode.Conflict, """{ "title": "Conflict", "detail": "Model 'm' is in use: alias 'champion' names version 1." }"""));

        var exception = await Assert.ThrowsExactlyAsync<CliException>(() =>
            DeleteCommand.RunAsync(new ApiConnection(stub.Client()), "model m", "api/models/m", yes: true, null, TextWriter.Null, TestContext.CancellationToken));

        StringAssert.Contains(exception.Message, "alias 'champion' names version 1");
    }

    [TestMethod]
    public async Task Traffic_rules_replace_those_that_were_read()
    {
        var stub = new StubHandler((HttpStatusCode.OK, """{ "rules": [] }"""), (HttpStatusCode.PreconditionFailed, """{ "error": "changed by someone else" }"""));

        var exception = await Assert.ThrowsExactlyAsync<CliException>(() => ModelCommands.TrafficAsync(stub.Client(), "m", "{}", TestContext.CancellationToken));

        Assert.AreEqual("changed by someone else", exception.Message);
        CollectionAssert.AreEqual(new[] { "GET /api/models/m/traffic", "PUT /api/models/m/traffic" }, stub.Requests);
    }

    [TestMethod]
    public void Runs_are_compared_by_what_either_has()
    {
        var one = new RunDocument { RunId = "run-1", State = "published", CustomStatus = new RunProgress { Evaluation = new RunEvaluation(new Dictionary<string, double> { ["auc"] = 0.91 }, 10) } };
        var other = new RunDocument { RunId = "run-2", State = "running", CustomStatus = new RunProgress { Best = new RunBest("trial-001", 0.5) } };
        var text = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });

        console.Write(CompareCommand.Table([one, other]));

        foreach (string expected in (string[])["run-1", "run-2", "test auc", "0.91", "trial-001", "published"])
        {
            StringAssert.Contains(text.ToString(), expected);
        }
    }

    private static string[] Names(string path, string? to) => [.. DataCommands.Files(path, to).Select(file => file.Name)];
}
