using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DurableTask.Tests.Worker;

[TestClass]
public sealed class WorkerTests
{
    readonly TemporaryDatabase database = new();

    [TestCleanup]
    public void Delete() => database.Dispose();

    [TestMethod]
    [DataRow(DurableTaskWorkerOptions.VersionMatchStrategy.None, "0.2", true)]
    [DataRow(DurableTaskWorkerOptions.VersionMatchStrategy.Strict, "0.2", false)]
    [DataRow(DurableTaskWorkerOptions.VersionMatchStrategy.Strict, "0.1", true)]
    [DataRow(DurableTaskWorkerOptions.VersionMatchStrategy.CurrentOrOlder, "0.2", false)]
    [DataRow(DurableTaskWorkerOptions.VersionMatchStrategy.CurrentOrOlder, "0.0.9", true)]
    public async Task A_version_that_does_not_match_fails(DurableTaskWorkerOptions.VersionMatchStrategy match, string version, bool runs)
    {
        await using EngineHost host = await EngineHost.StartAsync(
            database.Path,
            worker =>
            {
                worker.AddTasks(Versions);
                worker.UseVersioning(new DurableTaskWorkerOptions.VersioningOptions
                {
                    Version = "0.1",
                    MatchStrategy = match,
                    FailureStrategy = DurableTaskWorkerOptions.VersionFailureStrategy.Fail,
                });
            },
            client => client.UseDefaultVersion(version));

        OrchestrationMetadata ended = await host.RunAsync("Tell");

        if (runs)
        {
            Assert.AreEqual($"{version} {version}", ended.ReadOutputAs<string>());
        }
        else
        {
            Assert.AreEqual("VersionMismatch", ended.FailureDetails!.ErrorType);
        }
    }

    [TestMethod]
    public async Task A_rejected_version_waits_for_a_worker_that_takes_it()
    {
        DurableTaskWorkerOptions.VersioningOptions versioning = new()
        {
            Version = "1",
            MatchStrategy = DurableTaskWorkerOptions.VersionMatchStrategy.Strict,
            FailureStrategy = DurableTaskWorkerOptions.VersionFailureStrategy.Reject,
        };
        string id;
        await using (EngineHost old = await EngineHost.StartAsync(database.Path, worker => worker.AddTasks(Versions).UseVersioning(versioning)))
        {
            id = await old.Client.ScheduleNewOrchestrationInstanceAsync("Tell", new StartOrchestrationOptions { Version = "2" });
            await Task.Delay(100);
            Assert.AreEqual(OrchestrationRuntimeStatus.Pending, (await old.Client.GetInstanceAsync(id))!.RuntimeStatus);
        }

        versioning.Version = "2";
        await using EngineHost fresh = await EngineHost.StartAsync(database.Path, worker => worker.AddTasks(Versions).UseVersioning(versioning));
        Assert.AreEqual("2 2", (await fresh.EndAsync(id)).ReadOutputAs<string>());
    }

    [TestMethod]
    public async Task Class_based_tasks_are_made_by_the_container_and_chosen_by_version()
    {
        await using EngineHost host = await EngineHost.StartAsync(
            database.Path,
            worker => worker.AddTasks(tasks => tasks.AddOrchestrator<First>().AddOrchestrator<Second>().AddActivity<Injected>()),
            services: services => services.AddScoped<Dependency>());

        OrchestrationMetadata second = await host.RunAsync("Versioned", 5, new StartOrchestrationOptions { Version = "v2" });
        Assert.AreEqual("second: injected 5", second.ReadOutputAs<string>());
        OrchestrationMetadata none = await host.RunAsync("Versioned", 5);
        Assert.AreEqual("OrchestratorTaskNotFound", none.FailureDetails!.ErrorType);
        Assert.AreEqual("No orchestrator task named 'Versioned' was found.", none.FailureDetails.ErrorMessage);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Tasks_that_nobody_has_are_not_tried_again(bool activity)
    {
        int asked = 0;
        TaskOptions options = TaskOptions.FromRetryHandler(_ =>
        {
            asked++;
            return false;
        });
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks.AddOrchestratorFunc("Miss", async context =>
        {
            if (activity)
            {
                await context.CallActivityAsync("Bogus", options: options);
            }
            else
            {
                await context.CallSubOrchestratorAsync("Bogus", options: options);
            }
        }));

        Assert.AreEqual(OrchestrationRuntimeStatus.Failed, (await host.RunAsync("Miss")).RuntimeStatus);
        Assert.AreEqual(0, asked);
    }

    [TestMethod]
    public async Task A_retry_handler_sees_the_real_attempt_number()
    {
        List<int> attempts = [];
        TaskOptions options = TaskOptions.FromRetryHandler(retry =>
        {
            if (!retry.OrchestrationContext.IsReplaying)
            {
                attempts.Add(retry.LastAttemptNumber);
            }

            return retry.LastFailure.IsCausedBy<FormatException>() && retry.LastAttemptNumber < 4;
        });
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc("Retry", context => context.CallSubOrchestratorAsync("Throw", options: options))
            .AddOrchestratorFunc("Throw", _ => throw new FormatException("No.")));

        Assert.AreEqual(OrchestrationRuntimeStatus.Failed, (await host.RunAsync("Retry")).RuntimeStatus);
        CollectionAssert.AreEqual(new[] { 1, 2, 3, 4 }, attempts);
    }

    [TestMethod]
    public async Task Long_timers_are_made_of_short_ones_and_logs_have_the_official_names()
    {
        LogCollector logs = new();
        await using EngineHost host = await EngineHost.StartAsync(
            database.Path,
            worker =>
            {
                worker.Configure(options => options.MaximumTimerInterval = TimeSpan.FromMilliseconds(50));
                worker.AddTasks(tasks => tasks.AddOrchestratorFunc("Long", context => context.CreateTimer(TimeSpan.FromSeconds(2), CancellationToken.None)));
            },
            services: services => services.AddSingleton<ILoggerProvider>(logs));

        string id = (await host.RunAsync("Long")).InstanceId;

        // How many depends on how late each fires; one would mean that the timer was not cut.
        Assert.IsGreaterThanOrEqualTo(2, logs.Entries.Count(entry => entry.Category == "Microsoft.DurableTask" && entry.Message.Contains("CreateTimer", StringComparison.Ordinal)));
        foreach (string name in new[] { "OrchestrationStarted", "OrchestrationCompleted" })
        {
            (string _, string _, string message) = logs.Entries.Single(entry => entry.Category == "Microsoft.DurableTask.Worker" && entry.Event == name);
            StringAssert.Contains(message, id);
        }
    }

    [TestMethod]
    public async Task Replay_safe_loggers_write_once()
    {
        LogCollector logs = new();
        await using EngineHost host = await EngineHost.StartAsync(
            database.Path,
            worker => worker.AddTasks(tasks => tasks.AddOrchestratorFunc("Log", async context =>
            {
                ILogger logger = context.CreateReplaySafeLogger("Mine");
#pragma warning disable CA1848 // a test of the logger itself
                logger.LogInformation("started");
                await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
                await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
                logger.LogInformation("ended");
#pragma warning restore CA1848
            })),
            services: services => services.AddSingleton<ILoggerProvider>(logs));

        await host.RunAsync("Log");

        CollectionAssert.AreEqual(new[] { "started", "ended" }, logs.Entries.Where(entry => entry.Category == "Mine").Select(entry => entry.Message).ToArray());
    }

    [TestMethod]
    public async Task A_scheduled_start_can_be_terminated_and_a_running_instance_replaced()
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<int>("Wait", context => context.WaitForExternalEvent<int>("Event"))
            .AddOrchestratorFunc<int>("Now", _ => Task.FromResult(7)));
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Now", new StartOrchestrationOptions("later", DateTimeOffset.UtcNow.AddDays(2)));
        await host.Client.TerminateInstanceAsync("later");
        Assert.AreEqual(OrchestrationRuntimeStatus.Terminated, (await host.EndAsync("later")).RuntimeStatus);

        await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait", new StartOrchestrationOptions("one"));
        await host.Client.WaitForInstanceStartAsync("one", host.Timeout);
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Now", new StartOrchestrationOptions("one").WithDedupeStatuses());
        Assert.AreEqual(7, (await host.EndAsync("one")).ReadOutputAs<int>());
        await Assert.ThrowsExactlyAsync<ArgumentException>(() => host.Client.ScheduleNewOrchestrationInstanceAsync(
            "Now", new StartOrchestrationOptions("one").WithDedupeStatuses(OrchestrationRuntimeStatus.Terminated)));
    }

    [TestMethod]
    public async Task Each_instance_owns_its_payloads()
    {
        string large = new('x', 100_000);
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<string, int>("Parent", async (context, text) =>
            {
                string echoed = await context.CallSubOrchestratorAsync<string>("Child", text, new SubOrchestrationOptions(instanceId: "child"));
                context.SendEvent("listener", "text", text);
                return echoed.Length;
            })
            .AddOrchestratorFunc<string, string>("Child", (_, text) => text)
            .AddOrchestratorFunc<string>("Listen", context => context.WaitForExternalEvent<string>("text")));
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Listen", new StartOrchestrationOptions("listener"));
        await host.RunAsync("Parent", large, new StartOrchestrationOptions("parent"));
        await host.EndAsync("listener");

        await host.Client.PurgeInstanceAsync("parent");
        Assert.AreEqual(large, (await host.EndAsync("child")).ReadOutputAs<string>());
        Assert.AreEqual(large, (await host.EndAsync("child")).ReadInputAs<string>());
        Assert.AreEqual(large, (await host.EndAsync("listener")).ReadOutputAs<string>());
        await host.RunAsync("Parent", large, new StartOrchestrationOptions("parent"));
        await host.Client.PurgeInstanceAsync("child");
        await host.Client.PurgeInstanceAsync("listener");
        Assert.IsNotEmpty(await host.Client.GetOrchestrationHistoryAsync("parent"));
    }

    static void Versions(DurableTaskRegistry tasks) => tasks
        .AddOrchestratorFunc<string>("Tell", async context => $"{context.Version} {await context.CallActivityAsync<string>("Version")}")
        .AddActivityFunc<string>("Version", context => context.Version);

    sealed class LogCollector : ILoggerProvider
    {
        public ConcurrentQueue<(string Category, string Event, string Message)> Entries { get; } = new();

        public ILogger CreateLogger(string categoryName) => new Collector(this, categoryName);

        public void Dispose()
        {
            // Nothing to give back.
        }

        sealed class Collector(LogCollector logs, string category) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                logs.Entries.Enqueue((category, eventId.Name ?? string.Empty, formatter(state, exception)));
        }
    }

    sealed class Dependency
    {
        public string Text => "injected";
    }

    [DurableTask("Versioned", Version = "v1")]
    sealed class First : TaskOrchestrator<int, string>
    {
        public override Task<string> RunAsync(TaskOrchestrationContext context, int input) => Task.FromResult("first");
    }

    [DurableTask("Versioned", Version = "v2")]
    sealed class Second : TaskOrchestrator<int, string>
    {
        public override async Task<string> RunAsync(TaskOrchestrationContext context, int input) =>
            $"second: {await context.CallActivityAsync<string>(nameof(Injected), input)}";
    }

    sealed class Injected(Dependency dependency) : TaskActivity<int, string>
    {
        public override Task<string> RunAsync(TaskActivityContext context, int input) => Task.FromResult($"{dependency.Text} {input}");
    }
}
