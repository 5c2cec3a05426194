using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure;
using Azure.Compute.Batch;
using DurableMl.Local.BatchEmulator;
using DurableMl.Local.BatchEmulator.Containers;
using DurableMl.Local.BatchEmulator.Pools;
using DurableMl.Tests.Support.Otlp;
using Orchestrations.Tests.Fixtures;

namespace Functions.Tests.Fixtures;

/// <summary>The app as a process of its own, with a real Azurite and the Batch emulator, whose jobs run on this machine. One for all tests.</summary>
internal sealed class App : IAsyncDisposable
{
    /// <summary>What the worker calls itself in telemetry.</summary>
    public const string Service = "DurableMl.Functions";

    /// <summary>The queue that workflows may send to.</summary>
    public const string Queue = "workflow-messages";

    private static readonly Lazy<Task<App>> Shared = new(StartAsync);

    private readonly TemporaryFolder folder = new();
    private readonly StringBuilder log = new();
    private BatchEmulatorHost emulator = null!;
    private Process process = null!;

    public HttpClient Http { get; private set; } = null!;

    public BatchClient Batch { get; private set; } = null!;

    /// <summary>Where Batch and Azure Resource Manager are emulated, and the account's key.</summary>
    public (Uri Url, string Key) Emulator => (new Uri(emulator.Url), emulator.AccountKey);

    /// <summary>What host and worker tell of what they do.</summary>
    public OtlpReceiver Telemetry { get; } = new();

    public static Task<App> GetAsync() => Shared.Value;

    public static async Task StopSharedAsync()
    {
        if (Shared.IsValueCreated)
        {
            await (await Shared.Value).DisposeAsync();
        }
    }

    /// <summary>The output of the app, for messages.</summary>
    public string Log
    {
        get
        {
            lock (log)
            {
                return log.ToString();
            }
        }
    }

    public string Folder => folder.Path;

    /// <summary>Starts a run and returns its id.</summary>
    public async Task<string> StartRunAsync(JsonObject pipeline)
    {
        using HttpResponseMessage response = await Http.PostAsJsonAsync("api/pipelines", pipeline);
        string body = await response.Content.ReadAsStringAsync();
        Assert.AreEqual(202, (int)response.StatusCode, body);
        return JsonNode.Parse(body)!["id"]!.GetValue<string>();
    }

    /// <summary>Waits until the run's document is as wanted.</summary>
    public async Task<JsonObject> UntilAsync(string runId, Func<JsonObject, bool> wanted)
    {
        string body = "";
        return await Eventually.GetAsync(
            async () =>
            {
                using HttpResponseMessage response = await Http.GetAsync(new Uri($"api/pipelines/{runId}", UriKind.Relative));
                body = await response.Content.ReadAsStringAsync();
                return response.IsSuccessStatusCode && JsonNode.Parse(body)!.AsObject() is { } run && wanted(run) ? run : null;
            },
            "the run is as wanted",
            () => $"{body}\n{Log}");
    }

    public Task<JsonObject> EndAsync(string runId) =>
        UntilAsync(runId, run => run["runtimeStatus"]!.GetValue<string>() is "Completed" or "Failed" or "Terminated");

    /// <summary>Waits until an orchestration other than a run, known by the answer to its start, has ended, and gives its Durable status.</summary>
    public Task<JsonNode> EndAsync(JsonNode started) => Eventually.GetAsync(
        async () => JsonNode.Parse(await Http.GetStringAsync((string)started["statusQueryGetUri"]!)) is { } instance && (string)instance["runtimeStatus"]! is not ("Pending" or "Running") ? instance : null,
        $"{started["id"]} has ended",
        () => Log);

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        Http.Dispose();
        await emulator.DisposeAsync();
        await Telemetry.DisposeAsync();
        folder.Dispose();
    }

    private static async Task<App> StartAsync()
    {
        var app = new App();
        Storage.BeforeStop = StopSharedAsync;
        Probe.Install(Path.Combine(app.Folder, "jobs"));
        EndlessConversion.Install(Path.Combine(app.Folder, "jobs"));
        app.emulator = await BatchEmulatorHost.StartAsync(new BatchEmulatorOptions
        {
            Url = "http://127.0.0.1:0",
            DataDirectory = Path.Combine(app.Folder, "batch"),
            PreemptedTime = TimeSpan.FromMilliseconds(200),
            SeedPools = { new SeedPoolOptions { Id = "spot", TargetLowPriorityNodes = 6, EnableInterNodeCommunication = true }, new SeedPoolOptions { Id = "dedicated", TargetDedicatedNodes = 1 } },
            ContainerImages = { new ContainerImageOptions { Image = "durableml/*", Executables = { ["python3"] = Repository.Python } } },
        });
        app.Batch = new BatchClient(new Uri(app.emulator.Url), new AzureNamedKeyCredential(app.emulator.AccountName, app.emulator.AccountKey));
        await app.StartProcessAsync();
        return app;
    }

    private async Task StartProcessAsync()
    {
        int port = FreePort.Next();
        // {project}/bin/{configuration}/{framework}, as this assembly lies in tests/functions/bin/{configuration}/{framework}.
        string[] parts = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar);
        string Built(string project) => Path.Combine(Repository.Root, project, "bin", parts[^2], parts[^1]);
        string state = Path.Combine(Folder, "functions");
        var start = new ProcessStartInfo(
            "dotnet",
            [Path.Combine(Built("local/FunctionsHost"), "durableml-functions-host.dll"), "--app", Built("functions"), "--port", $"{port}", "--state", state])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string storage = await Storage.ConnectionStringAsync();
        foreach ((string name, string value) in (IEnumerable<(string, string)>)
        [
            ("AzureWebJobsStorage", storage), ("DataStorage", storage), ("Inference__CacheFolder", Path.Combine(Folder, "models")),
            ("Batch__AccountUrl", emulator.Url), ("Batch__AccountName", emulator.AccountName), ("Batch__AccountKey", emulator.AccountKey),
            .. ExampleSettings.Read(),
            ("Workflows__TrainingImages__0", "123456789012.dkr.ecr.us-east-1.amazonaws.com/train:latest => probe budget=2 metric=validation_accuracy"),
            ("Workflows__ResourceManager", emulator.Url), ("Workflows__ResourceManagerKey", emulator.AccountKey), ("Workflows__Queues__0", Queue),
            ("Workflows__HttpEndpoints__0", $"http://127.0.0.1:{port}/v2/health"),
            ("Batch__PoolId", "spot"), ("Batch__DedicatedPoolId", "dedicated"), ("Jobs__Folder", Path.Combine(Folder, "jobs")),
        ])
        {
            start.Environment[name] = value;
        }

        foreach ((string name, string value) in Telemetry.Environment)
        {
            start.Environment[name] = value;
        }

        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/"), Timeout = Patience.Limit };
        await Eventually.TrueAsync(
            async () =>
            {
                Assert.IsFalse(process.HasExited, Log);
                return await Http.AnswersAsync("v2/health/live");
            },
            "the app answers",
            () => Log);
        using JsonDocument keys = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(state, "keys.json")));
        Http.DefaultRequestHeaders.Add("x-functions-key", keys.RootElement.GetProperty("functionKeys").GetProperty("default").GetString());
    }

    private void Append(string? line)
    {
        lock (log)
        {
            log.AppendLine(line);
        }
    }
}
