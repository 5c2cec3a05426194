using System.Diagnostics.CodeAnalysis;
using Microsoft.DurableTask.Entities;

namespace Microsoft.DurableTask.Worker;

/// <summary>Makes tasks from a registry, by name and version.</summary>
sealed class DurableTaskFactory(DurableTaskRegistry registry) : IDurableTaskFactory2
{
    readonly Dictionary<DurableTaskRegistry.TaskKey, Func<IServiceProvider, ITaskOrchestrator>> orchestrators = new(registry.Orchestrators);
    readonly Dictionary<DurableTaskRegistry.TaskKey, Func<IServiceProvider, ITaskActivity>> activities = new(registry.Activities);
    readonly Dictionary<TaskName, Func<IServiceProvider, ITaskEntity>> entities = new(registry.Entities);
    readonly HashSet<TaskName> versionedOrchestrators =
        [.. registry.Orchestrators.Keys.Where(key => key.Version != TaskVersion.Unversioned).Select(key => key.Name)];

    readonly HashSet<TaskName> orchestratorNames = [.. registry.Orchestrators.Keys.Select(key => key.Name)];
    readonly HashSet<TaskName> activityNames = [.. registry.Activities.Keys.Select(key => key.Name)];

    public bool HasOrchestrator(TaskName name) => orchestratorNames.Contains(name);

    public bool HasActivity(TaskName name) => activityNames.Contains(name);

    public bool HasEntity(TaskName name) => entities.ContainsKey(name);

    public bool TryCreateActivity(TaskName name, IServiceProvider serviceProvider, [NotNullWhen(true)] out ITaskActivity? activity) =>
        TryCreateActivity(name, TaskVersion.Unversioned, exact: false, serviceProvider, out activity);

    public bool TryCreateOrchestrator(
        TaskName name, IServiceProvider serviceProvider, [NotNullWhen(true)] out ITaskOrchestrator? orchestrator) =>
        TryCreateOrchestrator(name, TaskVersion.Unversioned, serviceProvider, out orchestrator);

    public bool TryCreateEntity(TaskName name, IServiceProvider serviceProvider, [NotNullWhen(true)] out ITaskEntity? entity)
    {
        entity = entities.TryGetValue(name, out Func<IServiceProvider, ITaskEntity>? factory) ? factory(serviceProvider) : null;
        return entity is not null;
    }

    /// <summary>An orchestrator of exactly that version; one registered without a version serves all, unless others have versions.</summary>
    public bool TryCreateOrchestrator(
        TaskName name, TaskVersion version, IServiceProvider serviceProvider, [NotNullWhen(true)] out ITaskOrchestrator? orchestrator)
    {
        if (!orchestrators.TryGetValue(new(name, version), out Func<IServiceProvider, ITaskOrchestrator>? factory)
            && !versionedOrchestrators.Contains(name))
        {
            orchestrators.TryGetValue(new(name, TaskVersion.Unversioned), out factory);
        }

        orchestrator = factory?.Invoke(serviceProvider);
        return orchestrator is not null;
    }

    /// <summary>An activity of that version; a version inherited from the orchestration falls back to one registered without a version.</summary>
    public bool TryCreateActivity(
        TaskName name, TaskVersion version, bool exact, IServiceProvider serviceProvider, [NotNullWhen(true)] out ITaskActivity? activity)
    {
        if (!activities.TryGetValue(new(name, version), out Func<IServiceProvider, ITaskActivity>? factory) && !exact)
        {
            activities.TryGetValue(new(name, TaskVersion.Unversioned), out factory);
        }

        activity = factory?.Invoke(serviceProvider);
        return activity is not null;
    }
}
