namespace Microsoft.Azure.Functions.Worker.Core;

/// <summary>Configures the worker for an extension.</summary>
public abstract class WorkerExtensionStartup
{
    /// <summary>Configures the worker.</summary>
    /// <param name="applicationBuilder">The builder.</param>
    public abstract void Configure(IFunctionsWorkerApplicationBuilder applicationBuilder);
}
