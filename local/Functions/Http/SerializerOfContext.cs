using Azure.Core.Serialization;
using Microsoft.Extensions.Options;

namespace DurableMl.Local.Functions.Http;

/// <summary>The worker's serializer, from an invocation.</summary>
internal static class SerializerOfContext
{
    public static ObjectSerializer Serializer(this FunctionContext context) =>
        context.InstanceServices.GetRequiredService<IOptions<WorkerOptions>>().Value.Serializer
        ?? throw new InvalidOperationException("A serializer is not configured for the worker.");
}
