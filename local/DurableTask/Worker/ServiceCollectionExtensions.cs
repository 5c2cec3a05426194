using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.DurableTask.Worker;

/// <summary>Adds workers to an application.</summary>
public static class ServiceCollectionExtensions
{
    /// <summary>Adds a worker, or goes on configuring the one of that name.</summary>
    public static IDurableTaskWorkerBuilder AddDurableTaskWorker(this IServiceCollection services, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions();
        string key = name ?? Options.DefaultName;
        foreach (ServiceDescriptor descriptor in services)
        {
            if (!descriptor.IsKeyedService && descriptor.ImplementationInstance is WorkerBuilderRegistration known && known.Builder.Name == key)
            {
                return known.Builder;
            }
        }

        DefaultDurableTaskWorkerBuilder builder = new(key, services);
        services.AddSingleton(new WorkerBuilderRegistration(builder));
        services.AddSingleton<IHostedService>(builder.Build);
        return builder;
    }

    /// <summary>Adds the default worker.</summary>
    public static IServiceCollection AddDurableTaskWorker(this IServiceCollection services, Action<IDurableTaskWorkerBuilder> configure) =>
        services.AddDurableTaskWorker(Options.DefaultName, configure);

    /// <summary>Adds a named worker.</summary>
    public static IServiceCollection AddDurableTaskWorker(
        this IServiceCollection services, string name, Action<IDurableTaskWorkerBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(services.AddDurableTaskWorker(name));
        return services;
    }
}

/// <summary>Remembers the builder of a name in the service collection.</summary>
sealed record WorkerBuilderRegistration(IDurableTaskWorkerBuilder Builder);
