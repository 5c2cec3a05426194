using System.Text.Json;
using DurableMl.Cli.Programs;

namespace Bicep.Tests;

/// <summary>The package that <c>dotnet publish functions</c> makes, held against what Flex Consumption takes.</summary>
[TestClass]
public sealed class PublishTests
{
    // Flex takes up to 1 GB; a package is downloaded at every cold start, so it should be far smaller.
    private const long MostBytes = 100L << 20;

    private static TemporaryFolder folder = null!;

    [ClassInitialize]
    public static async Task PublishAsync(TestContext context)
    {
        folder = new TemporaryFolder();
        // A developer's own settings lie in the project and must stay there.
        string settings = Path.Combine(Repository.Root, "functions", "local.settings.json");
        bool own = !File.Exists(settings);
        if (own)
        {
            await File.WriteAllTextAsync(settings, """{ "IsEncrypted": false, "Values": { "DataStorage": "UseDevelopmentStorage=true" } }""", context.CancellationToken);
        }

        try
        {
            // Without a build: other tests run the app from its output meanwhile.
            ProgramResult result = await new ProgramRun(
                "dotnet", "publish", Path.Combine(Repository.Root, "functions"), "-c", "Release", "--no-build", "-o", folder.Path, "-nodeReuse:false", "-v", "quiet", "-nologo")
                .CaptureAsync(context.CancellationToken);
            Assert.AreEqual(0, result.ExitCode, result.Output + result.Errors);
        }
        finally
        {
            if (own)
            {
                File.Delete(settings);
            }
        }
    }

    [ClassCleanup]
    public static void Delete() => folder.Dispose();

    [TestMethod]
    [DataRow("host.json")]
    [DataRow("functions.metadata")]
    [DataRow("worker.config.json")]
    [DataRow("extensions.json")]
    [DataRow("DurableMl.Functions.dll")]
    [DataRow("DurableMl.Functions.runtimeconfig.json")]
    [DataRow(".azurefunctions/Microsoft.Azure.WebJobs.Extensions.DurableTask.dll")]
    [DataRow(".azurefunctions/Microsoft.Azure.WebJobs.Extensions.Storage.Blobs.dll")]
    [DataRow("batch-jobs/runner/runner.py")]
    [DataRow("batch-jobs/jobs/image-classifier/job.json")]
    public void What_the_platform_looks_for_lies_where_it_looks(string file) => Assert.IsTrue(File.Exists(folder[file]), file);

    [TestMethod]
    public void Each_function_names_a_file_of_the_package_and_every_blob_trigger_waits_for_Event_Grid()
    {
        using JsonDocument metadata = JsonDocument.Parse(File.ReadAllText(folder["functions.metadata"]));
        Assert.IsGreaterThan(20, metadata.RootElement.GetArrayLength());
        int blobTriggers = 0;
        foreach (JsonElement function in metadata.RootElement.EnumerateArray())
        {
            Assert.IsTrue(File.Exists(folder[function.GetProperty("scriptFile").GetString()!]), function.ToString());
            foreach (JsonElement binding in function.GetProperty("bindings").EnumerateArray().Where(binding => binding.GetProperty("type").GetString() == "blobTrigger"))
            {
                blobTriggers++;
                Assert.AreEqual("EventGrid", binding.GetProperty("source").GetString(), "Flex has no trigger that polls.");
                string container = binding.GetProperty("path").GetString()!.Split('/')[0];
                string ending = binding.GetProperty("path").GetString()!.Split('}')[^1];
                string subscriptions = File.ReadAllText(Path.Combine(Compiler.Folder, "subscriptions.bicep"));
                Assert.Contains($"{{ function: '{function.GetProperty("name").GetString()}', container: '{container}', ending: '{ending}' }}", subscriptions);
            }
        }

        Assert.AreEqual(2, blobTriggers);
    }

    [TestMethod]
    public void The_app_runs_on_the_framework_that_the_deployment_asks_for()
    {
        using JsonDocument runtime = JsonDocument.Parse(File.ReadAllText(folder["DurableMl.Functions.runtimeconfig.json"]));
        Assert.AreEqual("net10.0", runtime.RootElement.GetProperty("runtimeOptions").GetProperty("tfm").GetString());
    }

    [TestMethod]
    public void No_settings_of_a_developer_and_nothing_of_the_local_machine_are_in_it()
    {
        string[] strangers =
        [
            .. Files().Where(file => Path.GetFileName(file).StartsWith("local.settings", StringComparison.Ordinal)
                || file.Contains("FunctionsHost", StringComparison.Ordinal) || file.Contains("BatchEmulator", StringComparison.Ordinal)
                || file.Contains("Sqlite", StringComparison.OrdinalIgnoreCase) || file.Contains("Azurite", StringComparison.OrdinalIgnoreCase)
                || file.Contains("__pycache__", StringComparison.Ordinal) || file.EndsWith(".ipynb", StringComparison.Ordinal)
                // The stand-in for the one package that is not to be had everywhere; a build with -p:AzureComputeBatchPackage=true has the package.
                || (file.Contains("DurableMl.Local", StringComparison.Ordinal) && !file.StartsWith("DurableMl.Local.Batch.", StringComparison.Ordinal))),
        ];
        Assert.AreEqual("", string.Join('\n', strangers));
    }

    [TestMethod]
    public void Native_code_is_for_the_machines_of_Flex_alone()
    {
        string[] platforms = [.. Directory.EnumerateDirectories(folder["runtimes"]).Select(path => Path.GetFileName(path)).Where(HasNativeCode).Order(StringComparer.Ordinal)];
        Assert.AreEqual("linux-x64", string.Join(' ', platforms));

        bool HasNativeCode(string platform) => Directory.Exists(folder[$"runtimes/{platform}/native"]);
    }

    [TestMethod]
    public void It_is_small_enough_to_start_quickly() =>
        Assert.IsLessThan(MostBytes, Files().Sum(file => new FileInfo(folder[file]).Length));

    private static IEnumerable<string> Files() =>
        Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder.Path, file));
}
