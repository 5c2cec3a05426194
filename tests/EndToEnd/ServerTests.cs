using DurableMl.Cli.Hosting;
using DurableMl.Cli.Programs;
using EndToEnd.Tests.Fixtures;

namespace EndToEnd.Tests;

/// <summary>The command against a host that asks for keys, as against an app in Azure: by address and key, from a folder that knows nothing of the host.</summary>
[TestClass]
public sealed class ServerTests
{
    private static TemporaryFolder? state;
    private static TemporaryFolder? elsewhere;
    private static Up? up;

    private static string Server => LocalHost.FunctionsUrl(up!.Ports).ToString();

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        _ = context;
        state = new TemporaryFolder();
        elsewhere = new TemporaryFolder();
        up = await Up.StartAsync(state.Path);
    }

    [ClassCleanup]
    public static async Task StopAsync()
    {
        if (up is not null)
        {
            await up.DisposeAsync();
        }

        state?.Dispose();
        elsewhere?.Dispose();
    }

    [TestMethod]
    public async Task With_the_key_runs_are_listed_and_asked_for_and_cancelled()
    {
        string key = HostKey.Read(state!.Path);

        ProgramResult list = await RunAsync("status", "--server", Server, "--key", key);
        ProgramResult missing = await RunAsync("status", "nobody", "--server", Server, "--key", key);
        ProgramResult cancel = await RunAsync("cancel", "nobody", "--server", Server, "--key", key);

        Assert.AreEqual(0, list.ExitCode, list.Errors);
        Assert.AreEqual(1, missing.ExitCode);
        StringAssert.Contains(missing.Errors, "'nobody'");
        Assert.AreEqual(1, cancel.ExitCode);
        StringAssert.Contains(cancel.Errors, "'nobody'");
    }

    [TestMethod]
    public async Task A_pipeline_that_is_wrong_is_refused_through_the_command_too()
    {
        string file = elsewhere!["pipeline.json"];
        await File.WriteAllTextAsync(file, """{ "name": "x" }""");

        ProgramResult run = await RunAsync("run", file, "--server", Server, "--key", HostKey.Read(state!.Path));

        Assert.AreEqual(1, run.ExitCode);
        StringAssert.Contains(run.Errors, "$.dataset");
    }

    [TestMethod]
    [DataRow("status")]
    [DataRow("cancel", "nobody")]
    [DataRow("resume", "nobody")]
    public async Task A_wrong_key_is_said_to_be_wrong(params string[] command)
    {
        ProgramResult result = await RunAsync([.. command, "--server", Server, "--key", "wrong"]);

        Assert.AreEqual(4, result.ExitCode, result.Output);
        StringAssert.Contains(result.Errors, "--key");
    }

    [TestMethod]
    public async Task No_key_at_all_is_the_same()
    {
        ProgramResult result = await RunAsync("status", "--server", Server);

        Assert.AreEqual(4, result.ExitCode, result.Output);
        StringAssert.Contains(result.Errors, "--key");
    }

    private static Task<ProgramResult> RunAsync(params string[] arguments)
    {
        string command = Path.Combine(Repository.Root, "cli", "bin", RepositoryLayout.Find().Configuration, "net10.0", "durableml.dll");
        return new ProgramRun("dotnet", [command, .. arguments, "--state", elsewhere!.Path]).CaptureAsync(CancellationToken.None);
    }
}
