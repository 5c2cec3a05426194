using System.Runtime.Versioning;

namespace Cli.Tests.Launcher;

/// <summary>The summary at the end of <c>./durableml test</c>, with a <c>dotnet</c> that writes the given results.</summary>
[TestClass]
[UnsupportedOSPlatform("windows")]
public sealed class TestSummaryTests
{
    [TestMethod]
    public async Task All_passed_is_success()
    {
        var run = await SummariseAsync(exitCode: 0, Result("a", "Passed"), Result("b", "Passed"));

        Assert.AreEqual(0, run.ExitCode);
        Assert.AreEqual("2 passed, 0 failed", run.Lines[^1]);
    }

    [TestMethod]
    public async Task Skipped_tests_are_counted_apart()
    {
        var run = await SummariseAsync(exitCode: 0, Result("a", "Passed"), Result("b", "NotExecuted"));

        Assert.AreEqual(0, run.ExitCode);
        Assert.AreEqual("1 passed, 0 failed, 1 skipped", run.Lines[^1]);
    }

    [TestMethod]
    public async Task A_failed_test_is_shown_with_its_message()
    {
        var run = await SummariseAsync(
            exitCode: 1,
            Result("a", "Passed"),
            Result("Shapes_match", "Failed", "<Output><ErrorInfo><Message>expected 1 but was 2</Message></ErrorInfo></Output>"));

        Assert.AreEqual(1, run.ExitCode);
        Assert.AreEqual("1 passed, 1 failed", run.Lines[^1]);
        StringAssert.Contains(run.Output, "FAILED tests/thing: Shapes_match\n    expected 1 but was 2");
    }

    [TestMethod]
    public async Task A_project_that_crashed_after_some_tests_has_failed()
    {
        var run = await SummariseAsync(exitCode: 134, Result("a", "Passed"));

        Assert.AreEqual(1, run.ExitCode);
        Assert.AreEqual("1 passed, 1 failed", run.Lines[^1]);
        StringAssert.Contains(run.Output, "the test process failed (exit code 134)");
    }

    [TestMethod]
    public async Task A_project_that_ran_no_test_has_failed()
    {
        var run = await SummariseAsync(exitCode: 0);

        Assert.AreEqual(1, run.ExitCode);
        Assert.AreEqual("0 passed, 1 failed", run.Lines[^1]);
        StringAssert.Contains(run.Output, "ran no test");
    }

    [TestMethod]
    public async Task A_name_that_fits_no_project_runs_no_test_and_fails()
    {
        var run = await SummariseAsync(["nothing"], exitCode: 0, Result("a", "Passed"));

        Assert.AreEqual(1, run.ExitCode);
        Assert.AreEqual("0 passed, 0 failed", run.Lines[^1]);
    }

    private static string Result(string name, string outcome, string content = "") =>
        $"<UnitTestResult testName=\"{name}\" outcome=\"{outcome}\">{content}</UnitTestResult>";

    private static Task<ScriptRun> SummariseAsync(int exitCode, params string[] results) => SummariseAsync([], exitCode, results);

    private static async Task<ScriptRun> SummariseAsync(string[] names, int exitCode, params string[] results)
    {
        using var folder = new TemporaryFolder();
        var root = Path.Combine(folder.Path, "root folder");
        var project = Directory.CreateDirectory(Path.Combine(root, "tests", "thing")).FullName;
        await File.WriteAllTextAsync(Path.Combine(project, "Thing.Tests.csproj"), "<Project/>");
        var trx = Path.Combine(folder.Path, "results.trx");
        await File.WriteAllTextAsync(
            trx, $"<TestRun xmlns=\"http://microsoft.com/schemas/VisualStudio/TeamTest/2010\"><Results>{string.Concat(results)}</Results></TestRun>");
        var tools = Directory.CreateDirectory(Path.Combine(folder.Path, "bin")).FullName;
        var dotnet = Path.Combine(tools, "dotnet");
        await File.WriteAllTextAsync(dotnet, $"#!/bin/sh\n# dotnet test ASSEMBLY --results-directory FOLDER …\ncp '{trx}' \"$4/results.trx\"\nexit {exitCode}\n");
        File.SetUnixFileMode(dotnet, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        return await ScriptRun.StartAsync(
            "python3",
            [Path.Combine(Repository.Root, "eng", "run_tests.py"), "--root", root, .. names],
            folder.Path,
            ("PATH", $"{tools}:{Environment.GetEnvironmentVariable("PATH")}"));
    }
}
