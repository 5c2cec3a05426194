using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.DurableTask.Client;

/// <summary>The builder that <see cref="ServiceCollectionExtensions"/> gives out.</summary>
/// <param name="name">The client's name; <c>null</c> means the default one.</param>
/// <param name="services">The application's services.</param>
public class DefaultDurableTaskClientBuilder(string? name, IServiceCollection services) : IDurableTaskClientBuilder
{
    /// <inheritdoc/>
    public string Name { get; } = name ?? Options.DefaultName;

    /// <inheritdoc/>
    public IServiceCollection Services { get; } = services;

    /// <inheritdoc/>
    public Type? BuildTarget
    {
        get;
        set => field = value is null || (typeof(DurableTaskClient).IsAssignableFrom(value) && !value.IsAbstract)
            ? value
            : throw new ArgumentException($"The type '{value}' is not a concrete {nameof(DurableTaskClient)}.", nameof(value));
    }

    /// <inheritdoc/>
    public DurableTaskClient Build(IServiceProvider serviceProvider)
    {
        const string Error = "No valid DurableTask client target was registered. Ensure a valid client has been configured via 'UseBuildTarget(Type target)'. "
            + "Here that is done by '.UseSqlite(path)'.";
        return BuildTarget is null
            ? throw new InvalidOperationException(Error)
            : (DurableTaskClient)ActivatorUtilities.CreateInstance(serviceProvider, BuildTarget, Name);
    }
}
