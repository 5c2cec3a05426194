using Microsoft.Extensions.Hosting;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Runs an app that needs no configuration of its own.</summary>
public static class FunctionsWorkerHost
{
    /// <summary>Runs the app until it is told to stop.</summary>
    /// <param name="configureServices">Adds services.</param>
    public static void RunDefault(Action<IServiceCollection>? configureServices = null) => Build(configureServices).Run();

    /// <summary>Runs the app until it is told to stop.</summary>
    /// <param name="configureService">Adds services.</param>
    /// <returns>A task that ends when the app has stopped.</returns>
    public static Task RunDefaultAsync(Action<IServiceCollection>? configureService = null) => Build(configureService).RunAsync();

    private static IHost Build(Action<IServiceCollection>? configureServices) =>
        new HostBuilder().ConfigureFunctionsWorkerDefaults().ConfigureServices(services => configureServices?.Invoke(services)).Build();
}
