using DurableMl.Local.Functions.Invocation;
using DurableMl.Local.Functions.Storage;
using Microsoft.Azure.Functions.Worker.Converters;

namespace DurableMl.Local.Functions.Blobs;

/// <summary>Registers blob triggers, inputs and outputs.</summary>
internal static class BlobTriggers
{
    public static void Add(IServiceCollection services, FunctionCatalog catalog)
    {
        services.AddSingleton<IInputSource, BlobInputSource>();
        services.AddSingleton<IInputConverter, BlobConverter>();
        services.AddSingleton<IManualTrigger, BlobManualTrigger>();
        services.AddSingleton<IOutputWriter, BlobOutputWriter>();
        if (!catalog.With<BlobTriggerAttribute>().Any())
        {
            return;
        }

        services.AddSingleton<BlobReceipts>();
        services.AddSingleton<BlobTriggerExecution>();
        services.AddHostedService<BlobTriggerListener>();
    }
}
