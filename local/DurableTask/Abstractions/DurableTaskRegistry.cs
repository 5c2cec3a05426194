using System.Reflection;
using Microsoft.DurableTask.Entities;

namespace Microsoft.DurableTask;

/// <summary>The orchestrators, activities and entities of a worker.</summary>
public sealed partial class DurableTaskRegistry
{
    readonly Dictionary<TaskKey, Func<IServiceProvider, ITaskOrchestrator>> orchestrators = [];
    readonly Dictionary<TaskKey, Func<IServiceProvider, ITaskActivity>> activities = [];
    readonly Dictionary<TaskName, Func<IServiceProvider, ITaskEntity>> entities = [];

    /// <summary>The registered orchestrators; one with several versions appears once for each.</summary>
    public IEnumerable<KeyValuePair<TaskName, Func<IServiceProvider, ITaskOrchestrator>>> GetOrchestrators() =>
        orchestrators.Select(entry => KeyValuePair.Create(entry.Key.Name, entry.Value)).ToList();

    /// <summary>The registered activities; one with several versions appears once for each.</summary>
    public IEnumerable<KeyValuePair<TaskName, Func<IServiceProvider, ITaskActivity>>> GetActivities() =>
        activities.Select(entry => KeyValuePair.Create(entry.Key.Name, entry.Value)).ToList();

    /// <summary>The registered entities.</summary>
    public IEnumerable<KeyValuePair<TaskName, Func<IServiceProvider, ITaskEntity>>> GetEntities() => entities.ToList();

    internal IReadOnlyDictionary<TaskKey, Func<IServiceProvider, ITaskOrchestrator>> Orchestrators => orchestrators;

    internal IReadOnlyDictionary<TaskKey, Func<IServiceProvider, ITaskActivity>> Activities => activities;

    internal IReadOnlyDictionary<TaskName, Func<IServiceProvider, ITaskEntity>> Entities => entities;

    static void Add<TKey, TTask>(Dictionary<TKey, Func<IServiceProvider, TTask>> tasks, TKey key, Func<IServiceProvider, TTask> factory)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(factory);
        if (!tasks.TryAdd(key, factory))
        {
            throw new ArgumentException($"An {typeof(TTask).Name} named '{key}' is already added.", nameof(key));
        }
    }

    static TaskName Named(TaskName name) => string.IsNullOrEmpty(name.Name)
        ? throw new ArgumentException("A task needs a name.", nameof(name))
        : name;

    static TaskName NameOf(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        TaskName name = type.GetCustomAttribute<DurableTaskAttribute>(inherit: false)?.Name ?? default;
        return string.IsNullOrEmpty(name.Name) ? new TaskName(type.Name) : name;
    }

    static TaskVersion VersionOf(Type type) => new(type.GetCustomAttribute<DurableTaskAttribute>(inherit: false)?.Version);

    static Type Concrete<TTask>(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (!typeof(TTask).IsAssignableFrom(type))
        {
            throw new ArgumentException($"The type '{type}' is not an {typeof(TTask).Name}.", nameof(type));
        }

        return type.IsAbstract || type.IsGenericTypeDefinition
            ? throw new ArgumentException($"The type '{type}' is abstract or open and cannot be created.", nameof(type))
            : type;
    }

    internal readonly record struct TaskKey(TaskName Name, TaskVersion Version)
    {
        public override string ToString() => string.IsNullOrEmpty(Version.Version) ? Name.Name : $"{Name} (version {Version.Version})";
    }
}
