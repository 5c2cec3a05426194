using DurableMl.Local.Functions;
using Microsoft.Azure.Functions.Worker;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the worker to an app's services.</summary>
public static class ServiceCollectionExtensions
{
    /// <summary>Adds the worker. The host that runs the functions is added by <c>ConfigureFunctionsWorkerDefaults</c> or <c>FunctionsApplication.CreateBuilder</c>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>The worker's builder.</returns>
    public static IFunctionsWorkerApplicationBuilder AddFunctionsWorkerCore(
        this IServiceCollection services,
        Action<WorkerOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        if (configure is not null)
        {
            services.Configure(configure);
        }

        return FunctionsHostServices.AddWorker(services);
    }

    /// <inheritdoc cref="AddFunctionsWorkerCore"/>
    public static IFunctionsWorkerApplicationBuilder AddFunctionsWorkerDefaults(
        this IServiceCollection services,
        Action<WorkerOptions>? configure = null
    ) => services.AddFunctionsWorkerCore(configure);
}
