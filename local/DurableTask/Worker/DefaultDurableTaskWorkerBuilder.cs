using Microsoft.DurableTask.Worker.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.DurableTask.Worker;

/// <summary>The builder that <see cref="ServiceCollectionExtensions"/> gives out.</summary>
/// <param name="name">The worker's name; <c>null</c> means the default one.</param>
/// <param name="services">The application's services.</param>
public class DefaultDurableTaskWorkerBuilder(string? name, IServiceCollection services) : IDurableTaskWorkerBuilder
{
    /// <inheritdoc/>
    public string Name { get; } = name ?? Options.DefaultName;

    /// <inheritdoc/>
    public IServiceCollection Services { get; } = services;

    /// <inheritdoc/>
    public Type? BuildTarget
    {
        get;
        set => field = value is null || (typeof(DurableTaskWorker).IsAssignableFrom(value) && !value.IsAbstract)
            ? value
            : throw new ArgumentException($"The type '{value}' is not a concrete {nameof(DurableTaskWorker)}.", nameof(value));
    }

    /// <inheritdoc/>
    public IHostedService Build(IServiceProvider serviceProvider)
    {
        ArgumentNullException.ThrowIfNull(serviceProvider);
        const string Error = "No valid DurableTask worker target was registered. Ensure a valid worker has been configured via 'UseBuildTarget(Type target)'. "
            + "Here that is done by '.UseSqlite(path)'.";
        if (BuildTarget is null)
        {
            throw new InvalidOperationException(Error);
        }

        DurableTaskRegistry registry = serviceProvider.GetRequiredService<IOptionsMonitor<DurableTaskRegistry>>().Get(Name);
        return (IHostedService)ActivatorUtilities.CreateInstance(serviceProvider, BuildTarget, Name, new DurableTaskFactory(registry));
    }
}
