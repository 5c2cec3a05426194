namespace Microsoft.Extensions.Hosting;

/// <summary>Makes a generic host a Functions app with ASP.NET Core's types in its HTTP functions.</summary>
public static class FunctionsHostBuilderExtensions
{
    /// <summary>Configures the worker and ASP.NET Core.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <returns>The builder.</returns>
    public static IHostBuilder ConfigureFunctionsWebApplication(this IHostBuilder builder) => builder.ConfigureFunctionsWorkerDefaults();

    /// <summary>Configures the worker and ASP.NET Core.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="configureWorker">Adds services and middleware.</param>
    /// <returns>The builder.</returns>
    public static IHostBuilder ConfigureFunctionsWebApplication(
        this IHostBuilder builder,
        Action<IFunctionsWorkerApplicationBuilder> configureWorker
    ) => builder.ConfigureFunctionsWorkerDefaults(configureWorker);

    /// <summary>Configures the worker and ASP.NET Core.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="configureWorker">Adds services and middleware.</param>
    /// <returns>The builder.</returns>
    public static IHostBuilder ConfigureFunctionsWebApplication(
        this IHostBuilder builder,
        Action<HostBuilderContext, IFunctionsWorkerApplicationBuilder> configureWorker
    ) => builder.ConfigureFunctionsWorkerDefaults(configureWorker);
}
