using System.Diagnostics;

namespace BatchJobs.Tests.Python;

/// <summary>Runs the Python tests, each module in a process of its own.</summary>
[TestClass]
public sealed class PythonTests
{
    // A module is many tests, each with processes of its own that load PyTorch.
    private static readonly TimeSpan Limit = 3 * Patience.Limit;

    public required TestContext TestContext { get; set; }

    public static IEnumerable<object[]> Modules =>
        Directory.EnumerateFiles(Folder, "test_*.py").Select(path => new object[] { Path.GetFileNameWithoutExtension(path) });

    private static string Folder => Path.Combine(Repository.Root, "tests", "batch-jobs", "python");

    [TestMethod]
    [DynamicData(nameof(Modules))]
    public async Task The_python_tests_pass(string module)
    {
        var start = new ProcessStartInfo(Repository.Python) { WorkingDirectory = Folder, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { "-B", "-W", "ignore", "-m", "unittest", "-v", module })
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["DURABLEML_NPM"] = Repository.NodeModules;
        using var process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.CancellationToken);
        limit.CancelAfter(Limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            TestContext.WriteLine(await error);
            Assert.AreEqual(0, process.ExitCode, await output + await error);
            StringAssert.Contains(await error, "OK");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
