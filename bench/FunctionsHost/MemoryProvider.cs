using DurableTask.Core;
using DurableTask.Sqlite.Benchmarks;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;
using Microsoft.Azure.WebJobs.Host.Scale;

namespace FunctionsHost.Benchmarks;

/// <summary>The storage that stores nothing, as the Durable extension takes it: the limit that extension, host and worker set.</summary>
internal sealed class MemoryProviderFactory : IDurabilityProviderFactory
{
    /// <summary>The name that selects it.</summary>
    public const string ProviderName = "memory";

    private readonly MemoryProvider _provider = new(new InMemoryOrchestrationService(concurrency: 32));

    /// <inheritdoc />
    public string Name => ProviderName;

    /// <inheritdoc />
    public DurabilityProvider GetDurabilityProvider() => _provider;

    /// <inheritdoc />
    public DurabilityProvider GetDurabilityProvider(DurableClientAttribute attribute) => _provider;

    /// <inheritdoc />
    public DurabilityProvider GetDurabilityProvider(DurableClientAttribute attribute, TriggerMetadata triggerMetadata) => _provider;

    /// <inheritdoc />
    public void SetUseSeparateQueueForEntityWorkItems(bool newValue)
    {
    }

    /// <inheritdoc />
    public void SetRegisteredFunctions(
        IReadOnlyCollection<string> orchestrators, IReadOnlyCollection<string> activities, IReadOnlyCollection<string> entities)
    {
    }

    private sealed class MemoryProvider(InMemoryOrchestrationService service) : DurabilityProvider(ProviderName, service, service, "")
    {
        public override bool SupportsEntities => true;

        public override bool SupportsPollFreeWait => true;

        public override void SetUseSeparateQueueForEntityWorkItems(bool newValue)
        {
        }
    }
}
