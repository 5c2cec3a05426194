using DurableMl.Local.Functions.Invocation;
using Microsoft.Azure.Functions.Worker.Converters;

namespace DurableMl.Local.Functions.Queues;

/// <summary>Registers queue triggers and outputs.</summary>
internal static class QueueTriggers
{
    public static void Add(IServiceCollection services, FunctionCatalog catalog)
    {
        services.AddSingleton<IInputConverter, QueueMessageConverter>();
        services.AddSingleton<IManualTrigger, QueueManualTrigger>();
        services.AddSingleton<IOutputWriter, QueueOutputWriter>();
        if (catalog.With<QueueTriggerAttribute>().Any())
        {
            services.AddHostedService<QueueTriggerListener>();
        }
    }
}
