namespace Microsoft.Azure.Functions.Worker;

/// <summary>Configures blob bindings.</summary>
public static class FunctionsWorkerApplicationBuilderExtensions
{
    /// <summary>Configures blob bindings. The stand-in has them configured always, so there is nothing to add.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static IFunctionsWorkerApplicationBuilder ConfigureBlobStorageExtension(this IFunctionsWorkerApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder;
    }
}
