using System.Diagnostics;
using Functions.Tests.Fixtures;
using Orchestrations.Tests.Fixtures;

namespace Functions.Tests.Clients;

/// <summary>The Python client in <c>clients/python</c>, against the app.</summary>
[TestClass]
public sealed class PythonClientTests
{
    private const string Script = """
        import json, os, sys
        from durableml import Client, DurableMlError

        client, name = Client(sys.argv[1]), sys.argv[2]
        os.makedirs(os.path.join("data", ".cache"))
        for file in ("a b.csv", ".cache/no.csv"):
            with open(os.path.join("data", file), "w") as out:
                out.write("x")
        assert client.upload("data", "raw/%s/" % name) == ["raw/%s/a b.csv" % name]

        os.mkdir(name)
        with open(os.path.join(name, "job.json"), "w") as out:
            json.dump({"name": name, "command": ["true"]}, out)
        version = client.push_job(name)
        assert [job["sha256"] for job in client.jobs() if job["name"] == name] == [version.split("@")[1]]
        assert client.push_job(name) == version

        assert isinstance(client.datasets(), list) and isinstance(client.models(), list) and isinstance(list(client.runs()), list)
        for ask, status, said in (
                (lambda: client.run({"name": "x"}), 400, "$.sweep"),
                (lambda: client.status("no-such-run"), 404, "no-such-run"),
                (lambda: client.infer("no-such-model", [{"a": 1}]), 404, "no-such-model")):
            try:
                ask()
                raise AssertionError(said)
            except DurableMlError as error:
                assert error.status == status and said in str(error), (error.status, str(error))
        print("done")
        """;

    public required TestContext TestContext { get; init; }

    [TestMethod]
    public async Task The_Python_client_uploads_pushes_lists_and_tells_what_the_server_refused()
    {
        App app = await App.GetAsync();
        app.Http.DefaultRequestHeaders.TryGetValues("x-functions-key", out IEnumerable<string>? key);

        (int code, string output, string errors) = await PythonAsync(key?.Single(), "-c", Script, app.Http.BaseAddress!.ToString(), Storage.NewName("client"));

        Assert.AreEqual((0, "done"), (code, output.Trim()), errors);
    }

    [TestMethod]
    public async Task Each_verb_of_the_Python_client_sends_what_the_API_takes()
    {
        (int code, _, string errors) = await PythonAsync(null, "-m", "unittest", "test_durableml");

        Assert.AreEqual(0, code, errors);
    }

    private async Task<(int Code, string Output, string Errors)> PythonAsync(string? key, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var start = new ProcessStartInfo("python3", ["-B", "-W", "error", .. arguments])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PYTHONPATH"] = Path.Combine(Repository.Root, "clients", "python") },
        };
        if (key is not null)
        {
            start.Environment["DURABLEML_KEY"] = key;
        }

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.CancellationToken);
        string errors = await process.StandardError.ReadToEndAsync(TestContext.CancellationToken);
        await process.WaitForExitAsync(TestContext.CancellationToken);
        return (process.ExitCode, await output, errors);
    }
}
