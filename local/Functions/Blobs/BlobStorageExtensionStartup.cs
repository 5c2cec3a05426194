using Microsoft.Azure.Functions.Worker.Core;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Configures blob bindings. The stand-in has them configured always.</summary>
public class BlobStorageExtensionStartup : WorkerExtensionStartup
{
    /// <inheritdoc/>
    public override void Configure(IFunctionsWorkerApplicationBuilder applicationBuilder) =>
        applicationBuilder.ConfigureBlobStorageExtension();
}
