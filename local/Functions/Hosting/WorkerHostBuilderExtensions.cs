using DurableMl.Local.Functions;
using DurableMl.Local.Functions.Http;
using DurableMl.Local.Functions.Invocation;
using Microsoft.AspNetCore.Hosting;

namespace Microsoft.Extensions.Hosting;

/// <summary>Makes a generic host a Functions app.</summary>
public static class WorkerHostBuilderExtensions
{
    /// <summary>Configures the worker.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <returns>The builder.</returns>
    public static IHostBuilder ConfigureFunctionsWorkerDefaults(this IHostBuilder builder) =>
        builder.ConfigureFunctionsWorkerDefaults(
            (HostBuilderContext _, IFunctionsWorkerApplicationBuilder _) => { },
            configureOptions: null
        );

    /// <summary>Configures the worker.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="configure">Adds services and middleware.</param>
    /// <returns>The builder.</returns>
    public static IHostBuilder ConfigureFunctionsWorkerDefaults(
        this IHostBuilder builder,
        Action<IFunctionsWorkerApplicationBuilder> configure
    ) => builder.ConfigureFunctionsWorkerDefaults((_, worker) => configure(worker), configureOptions: null);

    /// <summary>Configures the worker.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="configureOptions">Sets options.</param>
    /// <returns>The builder.</returns>
    public static IHostBuilder ConfigureFunctionsWorkerDefaults(this IHostBuilder builder, Action<WorkerOptions> configureOptions) =>
        builder.ConfigureFunctionsWorkerDefaults((HostBuilderContext _, IFunctionsWorkerApplicationBuilder _) => { }, configureOptions);

    /// <summary>Configures the worker.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="configure">Adds services and middleware.</param>
    /// <param name="configureOptions">Sets options.</param>
    /// <returns>The builder.</returns>
    public static IHostBuilder ConfigureFunctionsWorkerDefaults(
        this IHostBuilder builder,
        Action<IFunctionsWorkerApplicationBuilder> configure,
        Action<WorkerOptions>? configureOptions
    ) => builder.ConfigureFunctionsWorkerDefaults((_, worker) => configure(worker), configureOptions);

    /// <summary>Configures the worker.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="configure">Adds services and middleware.</param>
    /// <returns>The builder.</returns>
    public static IHostBuilder ConfigureFunctionsWorkerDefaults(
        this IHostBuilder builder,
        Action<HostBuilderContext, IFunctionsWorkerApplicationBuilder> configure
    ) => builder.ConfigureFunctionsWorkerDefaults(configure, configureOptions: null);

    /// <summary>Configures the worker.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="configure">Adds services and middleware.</param>
    /// <param name="configureOptions">Sets options.</param>
    /// <returns>The builder.</returns>
    public static IHostBuilder ConfigureFunctionsWorkerDefaults(
        this IHostBuilder builder,
        Action<HostBuilderContext, IFunctionsWorkerApplicationBuilder> configure,
        Action<WorkerOptions>? configureOptions
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.UseEnvironment(FunctionsHostDefaults.EnvironmentName());
        builder.ConfigureAppConfiguration(configuration =>
            FunctionsHostDefaults.Configure(configuration, [.. Environment.GetCommandLineArgs().Skip(1)])
        );
        builder.ConfigureLogging((context, logging) => FunctionsHostDefaults.Configure(logging, context.Configuration));
        builder.ConfigureServices(
            (context, services) =>
            {
                WorkerApplicationBuilder worker = FunctionsHostServices.AddWorker(services);
                configure(context, worker);
                if (configureOptions is not null)
                {
                    services.Configure(configureOptions);
                }
            }
        );
        return builder.ConfigureWebHost(web =>
        {
            web.ConfigureServices((context, services) => FunctionsHostServices.AddHost(services, context.Configuration));
            HttpServer.Configure(web);
            web.Configure(HttpServer.Configure);
        });
    }
}
