using DurableMl.Local.Functions.Invocation;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;

namespace DurableMl.Local.Functions.Durable;

/// <summary>Registers orchestrators, activities and entities with the durable engine, and the engine with the host.</summary>
internal static class DurableTriggers
{
    public const string DefaultSqlitePath = ".durableml/durabletask.db";

    public static void Add(IServiceCollection services, HostSettings settings, FunctionCatalog catalog)
    {
        if (!UsesDurable(catalog))
        {
            return;
        }

        string path = settings.Configuration["DurableTask:SqlitePath"] is { Length: > 0 } configured ? configured : DefaultSqlitePath;
        IDurableTaskWorkerBuilder worker = services.AddDurableTaskWorker();
        worker.Configure(options =>
        {
            options.EnableEntitySupport = true;
            options.Concurrency.MaximumConcurrentActivityWorkItems = settings.HostNumber(
                "extensions:durableTask:maxConcurrentActivityFunctions",
                options.Concurrency.MaximumConcurrentActivityWorkItems
            );
            options.Concurrency.MaximumConcurrentOrchestrationWorkItems = settings.HostNumber(
                "extensions:durableTask:maxConcurrentOrchestratorFunctions",
                options.Concurrency.MaximumConcurrentOrchestrationWorkItems
            );
            options.Concurrency.MaximumConcurrentEntityWorkItems = settings.HostNumber(
                "extensions:durableTask:maxConcurrentEntityFunctions",
                options.Concurrency.MaximumConcurrentEntityWorkItems
            );
        });
        services.AddOptions<DurableTaskRegistry>(worker.Name).Configure<FunctionInvoker, FunctionCatalog>(Register);
        worker.UseSqlite(path);
        IDurableTaskClientBuilder client = services.AddDurableTaskClient();
        client.Configure(options => options.EnableEntitySupport = true);
        client.UseSqlite(path);
        services
            .AddHttpClient(CallHttpActivity.ClientName)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) });
        services.AddSingleton<IManualTrigger, DurableManualTrigger>();
        services.AddSingleton<DurableClients>();
        services.AddSingleton<DurableManagementApi>();
        services.AddSingleton<IInputSource, DurableClientSource>();
    }

    public static bool UsesDurable(FunctionCatalog catalog) =>
        catalog.Functions.Any(f =>
            f.Trigger is OrchestrationTriggerAttribute or ActivityTriggerAttribute or EntityTriggerAttribute
            || f.Inputs.Any(i => i.Attribute is DurableClientAttribute)
        );

    private static void Register(DurableTaskRegistry registry, FunctionInvoker invoker, FunctionCatalog catalog)
    {
        foreach ((DiscoveredFunction function, OrchestrationTriggerAttribute trigger) in catalog.With<OrchestrationTriggerAttribute>())
        {
            registry.AddOrchestrator(new TaskName(trigger.Orchestration ?? function.Name), new FunctionOrchestrator(invoker, function));
        }

        foreach ((DiscoveredFunction function, ActivityTriggerAttribute trigger) in catalog.With<ActivityTriggerAttribute>())
        {
            registry.AddActivity(new TaskName(trigger.Activity ?? function.Name), new FunctionActivity(invoker, function));
        }

        foreach ((DiscoveredFunction function, EntityTriggerAttribute trigger) in catalog.With<EntityTriggerAttribute>())
        {
            registry.AddEntity(new TaskName(trigger.EntityName ?? function.Name), new FunctionEntity(invoker, function));
        }

        registry.AddActivity(CallHttpActivity.Name, services => ActivatorUtilities.CreateInstance<CallHttpActivity>(services));
    }
}
