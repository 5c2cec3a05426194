using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Core.Settings;
using DurableTask.Sqlite.Storage;
using Microsoft.Data.Sqlite;

namespace DurableTask.Sqlite.Tests;

/// <summary>The service on a file, with DurableTask.Core's genuine worker and client around it, and orchestrations written as lambdas.</summary>
internal sealed class Hub : IAsyncDisposable
{
    private readonly TemporaryFolder? folder;
    private TaskHubWorker worker;
    private bool disposed;

    public Hub(Action<SqliteOrchestrationServiceOptions>? configure = null, string? path = null, string? version = null)
    {
        Version = version;
        folder = path is null ? new TemporaryFolder() : null;
        Options = new SqliteOrchestrationServiceOptions(path ?? folder!["hub.db"]);
        configure?.Invoke(Options);
        Service = new SqliteOrchestrationService(Options);
        worker = NewWorker();
        Client = new TaskHubClient(Service);
    }

    public SqliteOrchestrationServiceOptions Options { get; }

    /// <summary>The one version that workers take, others being given back; null for any. Holds for the next worker.</summary>
    public string? Version { get; set; }

    public SqliteOrchestrationService Service { get; }

    public TaskHubClient Client { get; }

    public TaskHubWorker Worker => worker;

    public Hub Orchestration<TInput, TOutput>(string name, Func<OrchestrationContext, TInput, Task<TOutput>> run, string version = "")
    {
        worker.AddTaskOrchestrations(new LambdaCreator<TaskOrchestration>(name, version, () => new LambdaOrchestration<TInput, TOutput>(run)));
        return this;
    }

    public Hub Activity<TInput, TOutput>(string name, Func<TInput, TOutput> run) => AsyncActivity<TInput, TOutput>(name, input => Task.FromResult(run(input)));

    public Hub AsyncActivity<TInput, TOutput>(string name, Func<TInput, Task<TOutput>> run)
    {
        worker.AddTaskActivities(new LambdaCreator<TaskActivity>(name, "", () => new LambdaActivity<TInput, TOutput>(run)));
        return this;
    }

    /// <summary>"steps": so many activities one after the other.</summary>
    public Hub WithSteps() => Activity("increment", (int number) => number + 1)
        .Orchestration("steps", async (OrchestrationContext context, int count) =>
        {
            var number = 0;
            for (var i = 0; i < count; i++)
            {
                number = await context.ScheduleTask<int>("increment", "", number);
            }

            return number;
        });

    /// <summary>"traced": an activity, a wait for an event, and a child that runs an activity.</summary>
    public Hub WithTraced()
    {
        worker.AddTaskOrchestrations(new LambdaCreator<TaskOrchestration>("traced", "", () => new Traced()));
        return WithSteps();
    }

    /// <summary>"wait": for ever; "collect": so many events.</summary>
    public Hub WithEvents()
    {
        worker.AddTaskOrchestrations(new LambdaCreator<TaskOrchestration>("wait", "", () => new Collector(int.MaxValue)));
        worker.AddTaskOrchestrations(new LambdaCreator<TaskOrchestration>("collect", "", () => new Collector(limit: null)));
        return this;
    }

    /// <summary>"carry": takes thirty events, one in each round, and continues as new after each.</summary>
    public Hub Carrying()
    {
        worker.AddTaskOrchestrations(new LambdaCreator<TaskOrchestration>("carry", "", () => new Carrier()));
        return this;
    }

    /// <summary>How many rows a table has, through a connection of its own.</summary>
    public Task<long> CountAsync(string table)
    {
        using var connection = Connection.Open(Options.Path, SqliteOpenMode.ReadOnly);
        return Task.FromResult(connection.Number($"SELECT COUNT(*) FROM {table}"));
    }

    /// <summary>How many messages wait for an instance.</summary>
    public Task<long> CountMessagesAsync(string instanceId)
    {
        using var connection = Connection.Open(Options.Path, SqliteOpenMode.ReadOnly);
        return Task.FromResult(connection.Prepare("SELECT COUNT(*) FROM messages WHERE key = (SELECT key FROM instances WHERE id = ?1)").Bind(1, instanceId).Number() ?? 0);
    }

    public async Task<List<HistoryEvent>> HistoryAsync(string instanceId)
    {
        var events = new List<HistoryEvent>();
        await foreach (var historyEvent in Service.StreamOrchestrationHistoryAsync(instanceId))
        {
            events.Add(historyEvent);
        }

        return events;
    }

    public async Task<Hub> StartAsync()
    {
        await Service.CreateIfNotExistsAsync();
        await worker.StartAsync();
        worker.TaskActivityDispatcher.IncludeDetails = true;
        worker.TaskOrchestrationDispatcher.IncludeDetails = true;
        return this;
    }

    /// <summary>Stops the worker; the service can be started again by <see cref="RestartAsync"/>.</summary>
    public Task StopAsync() => worker.StopAsync(isForced: true);

    /// <summary>Stops the worker and starts another one, as a new process would. What is to be registered is registered anew.</summary>
    public async Task RestartAsync(Action<Hub> register)
    {
        await StopAsync();
        worker.Dispose();
        worker = NewWorker();
        register(this);
        await StartAsync();
    }

    public Task<OrchestrationInstance> StartAsync(string name, object? input = null, string? id = null) =>
        Client.CreateOrchestrationInstanceAsync(name, "", id ?? Guid.NewGuid().ToString("N"), input);

    public async Task<OrchestrationState> WaitAsync(OrchestrationInstance instance) => await Client.WaitForOrchestrationAsync(instance, Patience.Limit);

    public async Task<OrchestrationState> RunAsync(string name, object? input = null, string? id = null) => await WaitAsync(await StartAsync(name, input, id));

    public async Task<OrchestrationState> WaitForStatusAsync(string id, OrchestrationStatus status) =>
        await Eventually.GetAsync(
            async () => await Service.GetOrchestrationStateAsync(id, executionId: null) is { } state && state.OrchestrationStatus == status ? state : null,
            $"'{id}' is {status}");

    public async ValueTask DisposeAsync()
    {
        if (disposed)
        {
            return;
        }

        disposed = true;
        await worker.StopAsync(isForced: true);
        worker.Dispose();
        await Service.DisposeAsync();
        folder?.Dispose();
    }

    private TaskHubWorker NewWorker()
    {
        var versioning = new VersioningSettings
        {
            Version = Version ?? "",
            MatchStrategy = Version is null ? VersioningSettings.VersionMatchStrategy.None : VersioningSettings.VersionMatchStrategy.Strict,
            FailureStrategy = VersioningSettings.VersionFailureStrategy.Reject,
        };
        return new TaskHubWorker(Service, versioning, loggerFactory: null) { ErrorPropagationMode = ErrorPropagationMode.UseFailureDetails };
    }

    private sealed class LambdaOrchestration<TInput, TOutput>(Func<OrchestrationContext, TInput, Task<TOutput>> run) : TaskOrchestration<TOutput, TInput>
    {
        public override Task<TOutput> RunTask(OrchestrationContext context, TInput input) => run(context, input);
    }

    private sealed class Collector(int? limit) : TaskOrchestration<string, int?, string, string>
    {
        private readonly List<string> events = [];
        private readonly TaskCompletionSource<string> all = new();
        private int? count;

        public override Task<string> RunTask(OrchestrationContext context, int? input)
        {
            count = limit ?? input;
            Check();
            return all.Task;
        }

        public override void OnEvent(OrchestrationContext context, string name, string input)
        {
            events.Add(input);
            Check();
        }

        private void Check()
        {
            if (events.Count >= count)
            {
                all.TrySetResult(string.Join(',', events));
            }
        }
    }

    private sealed class Carrier : TaskOrchestration<int[], int[], int, string>
    {
        private readonly TaskCompletionSource<int> first = new();

        public override async Task<int[]> RunTask(OrchestrationContext context, int[] input)
        {
            int[] seen = [.. input, await first.Task];
            if (seen.Length < 30)
            {
                context.ContinueAsNew(seen);
            }

            return seen;
        }

        public override void OnEvent(OrchestrationContext context, string name, int input) => first.TrySetResult(input);
    }

    private sealed class Traced : TaskOrchestration<int, string, int, string>
    {
        private readonly TaskCompletionSource<int> raised = new();

        public override async Task<int> RunTask(OrchestrationContext context, string input)
        {
            await context.ScheduleTask<int>("increment", "", 0);
            return await context.CreateSubOrchestrationInstance<int>("steps", "", await raised.Task);
        }

        public override void OnEvent(OrchestrationContext context, string name, int input) => raised.TrySetResult(input);
    }

    private sealed class LambdaActivity<TInput, TOutput>(Func<TInput, Task<TOutput>> run) : AsyncTaskActivity<TInput, TOutput>
    {
        protected override Task<TOutput> ExecuteAsync(TaskContext context, TInput input) => run(input);
    }

    private sealed class LambdaCreator<T> : ObjectCreator<T>
    {
        private readonly Func<T> create;

        public LambdaCreator(string name, string version, Func<T> create)
        {
            Name = name;
            Version = version;
            this.create = create;
        }

        public override T Create() => create();
    }
}
