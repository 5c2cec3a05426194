using Microsoft.DurableTask.Diagnostics;
using Microsoft.DurableTask.Engine;
using Microsoft.DurableTask.Sqlite;
using Microsoft.DurableTask.Worker.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.DurableTask.Worker;

/// <summary>Runs the work of a hub as long as its host runs.</summary>
sealed class SqliteDurableTaskWorker : DurableTaskWorker
{
    /// <summary>How long results of running activities are waited for when the host stops; later they are worked for again.</summary>
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    readonly WorkerSettings settings;
    readonly SqliteTaskHubOptions hubOptions;
    CancellationTokenRegistration stopping;
    TaskHubLease? lease;
    WorkerConnection? connection;

    public SqliteDurableTaskWorker(
        string name,
        IDurableTaskFactory factory,
        IOptionsMonitor<SqliteDurableTaskWorkerOptions> options,
        IOptionsMonitor<SqliteTaskHubOptions> hubOptions,
        IOptionsMonitor<WorkItemFilterOptions> filters,
        IServiceProvider services,
        IServiceScopeFactory scopes,
        ILoggerFactory loggerFactory)
        : base(name, factory)
    {
        this.hubOptions = hubOptions.Get(OptionsName(name));
        SqliteDurableTaskWorkerOptions own = options.Get(name);
        Lifetime = services.GetService<IHostApplicationLifetime>();
        ExceptionPropertiesProvider = services.GetService<IExceptionPropertiesProvider>();
#pragma warning disable CS0618 // experimental, but part of the contract
        own.OrchestrationFilter ??= services.GetService<IOrchestrationFilter>();
#pragma warning restore CS0618
        settings = new WorkerSettings
        {
            Options = own,
            Factory = factory,
            Scopes = scopes,
            LoggerFactory = loggerFactory,
            Logger = WorkerLogger.Create(loggerFactory, own.Logging.UseLegacyCategories),
            Filters = filters.Get(name).Filters,
            ExceptionProperties = ExceptionPropertiesProvider is { } provider ? provider.GetExceptionProperties : null,
        };
    }

    IHostApplicationLifetime? Lifetime { get; }

    public static string OptionsName(string name) => $"worker:{name}";

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        lease = await TaskHubs.AcquireAsync(hubOptions, cancellationToken);
        stopping = Lifetime?.ApplicationStopping.Register(() => settings.IsStopping = true) ?? default;
        connection = lease.Hub.Attach(settings);
        Logs.WorkerStarted(settings, lease.Hub.Options.Path);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        settings.IsStopping = true;
        await stopping.DisposeAsync();
        await base.StopAsync(cancellationToken);
        if (lease is not null)
        {
            await lease.Hub.DetachAsync(connection!, Grace, cancellationToken);
            await lease.DisposeAsync();
            lease = null;
        }
    }

    public override void Dispose()
    {
        if (lease is { } left)
        {
            // A host that was disposed of without being stopped.
            lease = null;
            settings.IsStopping = true;
            left.Hub.DetachAsync(connection!, TimeSpan.Zero, CancellationToken.None).GetAwaiter().GetResult();
            left.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;
}
