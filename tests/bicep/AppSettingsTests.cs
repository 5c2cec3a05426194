using System.Text.RegularExpressions;
using Azure.Compute.Batch;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Client;
using DurableMl.Functions.Hosting;
using DurableMl.Inference;
using DurableMl.Inference.Serving;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Bicep.Tests;

/// <summary>That the table of settings has what the app reads, no more and no less.</summary>
[TestClass]
public sealed partial class AppSettingsTests
{
    /// <summary>Sources that read the environment or the configuration, with what the test below does to make them read.</summary>
    private static readonly string[] Readers =
    [
        "batch-jobs/Client/BatchSettings.cs", "functions/Hosting/TrainingServices.cs",
        "functions/Pipelines/Caller.cs", "functions/Pipelines/PurgeHistory.cs", "functions/Training/EndAbandonedTraining.cs", "inference/HostServices.cs", "inference/InferenceServiceCollectionExtensions.cs",
        "orchestrations/OrchestrationServices.cs",
    ];

    /// <summary>What is read past the configuration, or only when a function runs; with the source that does it.</summary>
    private static readonly (string Setting, string Source)[] ReadLater =
    [
        ("Runs__KeepHistoryDays", "functions/Pipelines/PurgeHistory.cs"),
        ("WEBSITE_AUTH_ENABLED", "functions/Pipelines/Caller.cs"),
        ("Workflows__Functions__0", "orchestrations/Workflows/WorkflowResource.cs"),
        ("Workflows__Resources__0", "orchestrations/Workflows/WorkflowResource.cs"),
        ("Workflows__HttpEndpoints__0", "orchestrations/Workflows/Targets/InvokeHttp.cs"),
        ("Workflows__Queues__0", "orchestrations/Workflows/Targets/SendMessage.cs"),
        ("Workflows__JobDefinitions__0", "orchestrations/Workflows/Targets/BatchTasks.cs"),
        ("Workflows__JobQueues__0", "orchestrations/Workflows/Targets/BatchTasks.cs"),
        ("Workflows__TrainingImages__0", "orchestrations/Workflows/Targets/TrainingTask.cs"),
        ("Workflows__ContainerJobs__0", "orchestrations/Workflows/Targets/ContainerJobs.cs"),
        ("Workflows__ResourceManager", "orchestrations/Workflows/WorkflowResource.cs"),
        ("Workflows__ResourceManagerKey", "orchestrations/Workflows/WorkflowResource.cs"),
    ];

    [TestMethod]
    public void The_table_has_exactly_the_settings_that_the_app_reads()
    {
        var read = new RecordingSource();
        IConfiguration configuration = new ConfigurationBuilder().Add(read).Build();
        using ServiceProvider services = new ServiceCollection()
            .AddSingleton(configuration)
            .AddDurableMlTelemetry(configuration)
            .AddDataStorage()
            .AddDurableMlTraining()
            .AddInference()
            .BuildServiceProvider();
        Assert.IsNotNull(services.GetRequiredService<BlobServiceClient>());
        Assert.IsNotNull(services.GetRequiredService<BatchSettings>());
        Assert.IsNotNull(services.GetRequiredService<BatchClient>());
        Assert.IsNotNull(services.GetRequiredService<InferenceOptions>());

        string[] wanted = [.. AppSetting.All.Where(setting => setting.Reader == Reader.App).Select(setting => setting.Name).Order(StringComparer.Ordinal)];
        string[] found = [.. read.Names.Union(ReadLater.Select(setting => setting.Setting), StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Assert.AreEqual(string.Join('\n', wanted), string.Join('\n', found));
    }

    [TestMethod]
    public void What_is_read_later_is_read_where_the_list_says()
    {
        foreach ((string setting, string source) in ReadLater)
        {
            Assert.Contains(setting, File.ReadAllText(Path.Combine(Repository.Root, source)));
        }
    }

    [TestMethod]
    public void Nothing_else_of_the_app_reads_settings()
    {
        string[] found =
        [
            .. new[] { "functions", "orchestrations", "inference", "registry", "batch-jobs", "features" }
                .Select(folder => Path.Combine(Repository.Root, folder))
                .Where(Directory.Exists)
                .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
                .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
                .Where(file => Reading().IsMatch(File.ReadAllText(file)))
                .Select(file => Path.GetRelativePath(Repository.Root, file))
                .Order(StringComparer.Ordinal),
        ];
        Assert.AreEqual(string.Join('\n', Readers), string.Join('\n', found), "Make the test above read what is new, and put it into the table.");
    }

    [TestMethod]
    public void The_server_reads_each_setting_that_its_container_gets()
    {
        string[] files = [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "serving"), "*.cs"), Path.Combine(Repository.Root, "inference", "HostServices.cs")];
        string sources = string.Concat(files.Select(File.ReadAllText));
        string[] given = [.. ContainerSetting().Matches(File.ReadAllText(Path.Combine(Repository.Root, "bicep", "modules", "serving.bicep"))).Select(match => match.Groups[1].Value)];
        Assert.Contains("DataStorage__blobServiceUri", given);
        Assert.Contains("Serving__Entra__Audience", given);

        // Azure.Identity reads the first.
        foreach (string setting in given.Except(["AZURE_CLIENT_ID"]))
        {
            Assert.Contains($"\"{setting.Replace("__", ":", StringComparison.Ordinal)}\"", sources);
        }
    }

    [TestMethod]
    public void A_reader_that_nobody_knows_of_is_found()
    {
        Assert.IsTrue(Reading().IsMatch("""string? region = Environment.GetEnvironmentVariable("REGION_NAME");"""));
        Assert.IsTrue(Reading().IsMatch("""if (configuration["Some:Key"] is null)"""));
        Assert.IsTrue(Reading().IsMatch("services.AddOptions<X>().BindConfiguration(X.Section)"));
        Assert.IsFalse(Reading().IsMatch("string configuration = Path.Combine(root, name);"));
    }

    [GeneratedRegex(@"\{ name: '(\w+)', value: ")]
    private static partial Regex ContainerSetting();

    [GeneratedRegex(@"GetEnvironmentVariable|[Cc]onfiguration\[|IConfiguration>\(\)\[|BindConfiguration|\.GetSection\(|GetConnectionString|GetValue<\w+>\(""")]
    private static partial Regex Reading();

    /// <summary>A source of settings that notes each name it is asked for, and has what the app cannot start without.</summary>
    private sealed class RecordingSource : ConfigurationProvider, IConfigurationSource
    {
        private readonly HashSet<string> names = new(StringComparer.Ordinal);

        public RecordingSource()
        {
            Data["DataStorage:blobServiceUri"] = "https://example.blob.core.windows.net";
            Data["Batch:AccountUrl"] = "https://example.eastus.batch.azure.com";
            Data["Batch:PoolId"] = "spot";
            // Options are bound only to a section that is there.
            Data["Inference:Preload"] = "";
        }

        /// <summary>The names as they are in the environment.</summary>
        public IEnumerable<string> Names => names.Select(name => name.Replace(":", "__", StringComparison.Ordinal));

        /// <inheritdoc/>
        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        /// <inheritdoc/>
        public override bool TryGet(string key, out string? value)
        {
            // A section itself is asked for its value when options are bound to it.
            if (key != InferenceOptions.Section)
            {
                names.Add(key);
            }

            return base.TryGet(key, out value);
        }
    }
}
