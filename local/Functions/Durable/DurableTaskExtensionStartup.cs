using Microsoft.Azure.Functions.Worker.Core;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask;

/// <summary>Configures durable functions. The stand-in has them configured whenever the app has one.</summary>
public sealed class DurableTaskExtensionStartup : WorkerExtensionStartup
{
    /// <inheritdoc/>
    public override void Configure(IFunctionsWorkerApplicationBuilder applicationBuilder) =>
        ArgumentNullException.ThrowIfNull(applicationBuilder);
}
