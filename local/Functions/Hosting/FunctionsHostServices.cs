using Azure.Core.Serialization;
using Azure.Storage.Queues;
using DurableMl.Local.Functions.Blobs;
using DurableMl.Local.Functions.Durable;
using DurableMl.Local.Functions.Http;
using DurableMl.Local.Functions.Invocation;
using DurableMl.Local.Functions.Metadata;
using DurableMl.Local.Functions.Queues;
using DurableMl.Local.Functions.Storage;
using DurableMl.Local.Functions.Timers;
using Microsoft.Azure.Functions.Worker.Context.Features;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Core;
using Microsoft.Azure.Functions.Worker.Core.FunctionMetadata;
using Microsoft.Azure.Functions.Worker.Invocation;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace DurableMl.Local.Functions;

/// <summary>Registers the worker and the host. Each part is registered once, however often it is asked for.</summary>
internal static class FunctionsHostServices
{
    /// <summary>The worker: options, middleware, conversions, execution.</summary>
    public static WorkerApplicationBuilder AddWorker(IServiceCollection services)
    {
        if (
            services.FirstOrDefault(s => s.ServiceType == typeof(WorkerApplicationBuilder))?.ImplementationInstance
            is WorkerApplicationBuilder existing
        )
        {
            return existing;
        }

        WorkerApplicationBuilder builder = new(services);
        services.AddSingleton(builder);
        services
            .AddOptions<WorkerOptions>()
            .PostConfigure(o =>
                o.Serializer ??= new JsonObjectSerializer(new System.Text.Json.JsonSerializerOptions { PropertyNameCaseInsensitive = true })
            );
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IFunctionActivator, ServicesFunctionActivator>();
        services.TryAddSingleton<IFunctionExecutor, MethodExecutor>();
        services.TryAddSingleton<IFunctionInputBindingFeature, FunctionInputBinding>();
        services.TryAddSingleton<InvocationDrain>();
        services.TryAddSingleton<FunctionInvoker>();
        return builder;
    }

    /// <summary>The host: the app's functions and what starts them.</summary>
    public static void AddHost(IServiceCollection services, IConfiguration configuration)
    {
        if (services.Any(s => s.ServiceType == typeof(FunctionCatalog)))
        {
            return;
        }

        WorkerApplicationBuilder worker = AddWorker(services);
        HostSettings settings = HostSettings.Load(configuration);
        FunctionTypes types =
            services.FirstOrDefault(s => s.ServiceType == typeof(FunctionTypes))?.ImplementationInstance as FunctionTypes
            ?? FunctionTypes.Discover(configuration);
        FunctionCatalog catalog = new(types.Types, settings.IsDisabled);
        if (catalog.Functions.FirstOrDefault(f => f.Retry is not null && f.Trigger is not TimerTriggerAttribute) is { } function)
        {
            throw new NotSupportedException(
                $"Function '{function.Name}' has {function.Retry!.GetType().Name}, which {function.Trigger.GetType().Name} does not support: of the triggers here only TimerTrigger does."
            );
        }

        foreach (WorkerExtensionStartup startup in types.ExtensionStartups())
        {
            startup.Configure(worker);
        }

        services.AddLogging(logging => logging.AddConfiguration(settings.Host.GetSection("logging")));
        services.AddSingleton(settings);
        services.AddSingleton(catalog);
        services.AddSingleton<AdministrationApi>();
        services.AddSingleton<DiscoveredMetadata>();
        services.TryAddSingleton<IFunctionMetadataProvider>(s => s.GetRequiredService<DiscoveredMetadata>());
        services.TryAddSingleton<IFunctionMetadataManager>(s => s.GetRequiredService<DiscoveredMetadata>());
        services.AddHostedService(s => new ParentWatch(
            settings,
            s.GetRequiredService<IHostApplicationLifetime>(),
            Console.OpenStandardInput
        ));
        services.AddHostedService<DrainOnStop>();
        services.AddSingleton(
            new StorageConnections(
                configuration,
                QueueTriggerOptions.From(settings).Base64 ? QueueMessageEncoding.Base64 : QueueMessageEncoding.None
            )
        );
        services.AddSingleton(new HostIdentity(configuration));
        HttpTriggers.Add(services);
        BlobTriggers.Add(services, catalog);
        QueueTriggers.Add(services, catalog);
        TimerTriggers.Add(services, catalog);
        DurableTriggers.Add(services, settings, catalog);
        services.AddSingleton<ValueConverter>();
        services.AddSingleton<IInputConverter>(s => s.GetRequiredService<ValueConverter>());
    }
}
