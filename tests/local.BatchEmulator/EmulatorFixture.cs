using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BatchEmulator.Tests;

/// <summary>An emulator on a free port with data in a folder of its own, and a client.</summary>
internal sealed class EmulatorFixture : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Action<BatchEmulatorOptions>? configure;
    private readonly TimeProvider? clock;

    private EmulatorFixture(Action<BatchEmulatorOptions>? configure, TimeProvider? clock) => (this.configure, this.clock) = (configure, clock);

    public BatchEmulatorHost Host { get; private set; } = null!;

    public RestClient Client { get; private set; } = null!;

    /// <summary>What the emulator has logged.</summary>
    public ConcurrentQueue<string> Log { get; } = [];

    public string DataDirectory => folder["data"];

    public static async Task<EmulatorFixture> StartAsync(Action<BatchEmulatorOptions>? configure = null, TimeProvider? clock = null)
    {
        var fixture = new EmulatorFixture(configure, clock);
        await fixture.StartHostAsync();
        return fixture;
    }

    /// <summary>Stops the emulator and starts another on the same data.</summary>
    public async Task RestartAsync()
    {
        Client.Dispose();
        await Host.DisposeAsync();
        await StartHostAsync();
    }

    /// <summary>A pool whose nodes are idle.</summary>
    public async Task CreatePoolAsync(string id = "pool", int dedicated = 1, int lowPriority = 0, int slots = 1, Action<JsonObject>? change = null)
    {
        var pool = new JsonObject { ["id"] = id, ["vmSize"] = "standard_d2s_v5", ["targetDedicatedNodes"] = dedicated, ["targetLowPriorityNodes"] = lowPriority, ["taskSlotsPerNode"] = slots };
        change?.Invoke(pool);
        await Client.OkAsync("POST", "/pools", pool);
        await Eventually.TrueAsync(async () =>
        {
            var nodes = (await Client.OkAsync("GET", $"/pools/{id}/nodes"))["value"]!.AsArray();
            return nodes.Count == dedicated + lowPriority && nodes.All(n => (string)n!["state"]! is "idle");
        }, "the nodes are idle");
    }

    public Task CreateJobAsync(string id = "job", Action<JsonObject>? change = null, string pool = "pool")
    {
        var job = new JsonObject { ["id"] = id, ["poolInfo"] = new JsonObject { ["poolId"] = pool } };
        change?.Invoke(job);
        return Client.OkAsync("POST", "/jobs", job);
    }

    public Task AddTaskAsync(string id, string commandLine, Action<JsonObject>? change = null, string job = "job")
    {
        var task = new JsonObject { ["id"] = id, ["commandLine"] = commandLine };
        change?.Invoke(task);
        return Client.OkAsync("POST", $"/jobs/{job}/tasks", task);
    }

    public Task<JsonObject> TaskAsync(string id, string job = "job") => Client.OkAsync("GET", $"/jobs/{job}/tasks/{id}");

    /// <summary>The task once it is in the state.</summary>
    public async Task<JsonObject> WaitAsync(string id, string state = "completed", string job = "job")
    {
        JsonObject task = [];
        await Eventually.TrueAsync(async () => (string?)(task = await TaskAsync(id, job))["state"] == state, $"task {id} is {state}", () => task.ToJsonString());
        return task;
    }

    /// <summary>A pool of one node, a job, a task, run to its end.</summary>
    public async Task<JsonObject> RunAsync(string commandLine, Action<JsonObject>? change = null, string id = "task")
    {
        if ((int)(await Client.SendRawAsync("HEAD", "/pools/pool")).StatusCode == 404)
        {
            await CreatePoolAsync();
            await CreateJobAsync();
        }

        await AddTaskAsync(id, commandLine, change);
        return await WaitAsync(id);
    }

    /// <summary>A text file of the task.</summary>
    public Task<string> FileAsync(string task, string path, string job = "job") => Client.TextAsync($"/jobs/{job}/tasks/{task}/files/{path}");

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Host.DisposeAsync();
        folder.Dispose();
    }

    private async Task StartHostAsync()
    {
        var options = new BatchEmulatorOptions
        {
            Url = "http://127.0.0.1:0",
            DataDirectory = DataDirectory,
            NodeAllocationTime = TimeSpan.FromMilliseconds(1),
            NodeBootTime = TimeSpan.FromMilliseconds(1),
            PreemptedTime = TimeSpan.FromMilliseconds(50),
        };
        configure?.Invoke(options);
        Host = await BatchEmulatorHost.StartAsync(options, clock, builder => builder.Services.AddSingleton<ILoggerProvider>(new LogList(Log)));
        Client = new RestClient(Host.Url, Host.AccountName, Host.AccountKey);
    }

    private sealed class LogList(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
