using Microsoft.DurableTask.Worker.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.DurableTask.Worker;

/// <summary>Configuration of workers.</summary>
public static class DurableTaskWorkerBuilderExtensions
{
    /// <summary>Adds orchestrators, activities and entities.</summary>
    public static IDurableTaskWorkerBuilder AddTasks(this IDurableTaskWorkerBuilder builder, Action<DurableTaskRegistry> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Configure(builder.Name, configure);
        return builder;
    }

    /// <summary>Sets options.</summary>
    public static IDurableTaskWorkerBuilder Configure(this IDurableTaskWorkerBuilder builder, Action<DurableTaskWorkerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Configure(builder.Name, configure);
        return builder;
    }

    /// <summary>Sets the class of the worker.</summary>
    public static IDurableTaskWorkerBuilder UseBuildTarget(this IDurableTaskWorkerBuilder builder, Type target)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.BuildTarget = target;
        return builder;
    }

    /// <summary>Sets the class of the worker.</summary>
    public static IDurableTaskWorkerBuilder UseBuildTarget<TTarget>(this IDurableTaskWorkerBuilder builder)
        where TTarget : DurableTaskWorker => builder.UseBuildTarget(typeof(TTarget));

    /// <summary>Sets the class of the worker and that of its options, which take over what is set in <see cref="DurableTaskWorkerOptions"/>.</summary>
    public static IDurableTaskWorkerBuilder UseBuildTarget<TTarget, TOptions>(this IDurableTaskWorkerBuilder builder)
        where TTarget : DurableTaskWorker
        where TOptions : DurableTaskWorkerOptions
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.UseBuildTarget(typeof(TTarget));
        builder.Services.AddOptions<TOptions>(builder.Name).PostConfigure<IOptionsMonitor<DurableTaskWorkerOptions>>(
            (options, general) => general.Get(builder.Name).ApplyTo(options));
        return builder;
    }

    /// <summary>Sets versioning.</summary>
    public static IDurableTaskWorkerBuilder UseVersioning(
        this IDurableTaskWorkerBuilder builder, DurableTaskWorkerOptions.VersioningOptions versionOptions) => builder.Configure(options =>
        {
            options.Versioning = versionOptions;
            options.IsVersioningSet = true;
        });

    /// <summary>Sets what decides which orchestrations the worker runs.</summary>
    [Obsolete("Experimental")]
    public static IDurableTaskWorkerBuilder UseOrchestrationFilter<TOrchestrationFilter>(this IDurableTaskWorkerBuilder builder)
        where TOrchestrationFilter : class, IOrchestrationFilter
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<IOrchestrationFilter, TOrchestrationFilter>();
        return builder;
    }

    /// <summary>Sets what decides which orchestrations the worker runs.</summary>
    [Obsolete("Experimental")]
    public static IDurableTaskWorkerBuilder UseOrchestrationFilter(this IDurableTaskWorkerBuilder builder, IOrchestrationFilter filter)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton(filter);
        return builder;
    }

    /// <summary>Limits the worker to some work; <c>null</c> lifts the limit.</summary>
    public static IDurableTaskWorkerBuilder UseWorkItemFilters(
        this IDurableTaskWorkerBuilder builder, DurableTaskWorkerWorkItemFilters? workItemFilters)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<WorkItemFilterOptions>(builder.Name).Configure(options => options.Filters = workItemFilters);
        return builder;
    }

    /// <summary>Limits the worker to the tasks it has.</summary>
    public static IDurableTaskWorkerBuilder UseWorkItemFilters(this IDurableTaskWorkerBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<WorkItemFilterOptions>(builder.Name).Configure<IOptionsMonitor<DurableTaskRegistry>>(
            (options, registries) => options.Filters = FiltersOf(registries.Get(builder.Name)));
        return builder;
    }

    static DurableTaskWorkerWorkItemFilters FiltersOf(DurableTaskRegistry registry) => new()
    {
        Orchestrations = registry.Orchestrators.Keys.GroupBy(key => key.Name)
            .Select(versions => new DurableTaskWorkerWorkItemFilters.OrchestrationFilter(versions.Key, VersionsOf(versions))).ToList(),
        Activities = registry.Activities.Keys.GroupBy(key => key.Name)
            .Select(versions => new DurableTaskWorkerWorkItemFilters.ActivityFilter(versions.Key, VersionsOf(versions))).ToList(),
        Entities = registry.Entities.Keys.Select(name => new DurableTaskWorkerWorkItemFilters.EntityFilter(name)).ToList(),
    };

    static List<string>? VersionsOf(IEnumerable<DurableTaskRegistry.TaskKey> keys)
    {
        List<string> versions = keys.Select(key => key.Version.Version).ToList();
        return versions.Contains(string.Empty) ? null : versions;
    }
}

/// <summary>The filters of a worker, if any.</summary>
sealed class WorkItemFilterOptions
{
    public DurableTaskWorkerWorkItemFilters? Filters { get; set; }
}
