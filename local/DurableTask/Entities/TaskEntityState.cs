namespace Microsoft.DurableTask.Entities;

/// <summary>The state of an entity, as an operation sees it.</summary>
public abstract class TaskEntityState
{
    /// <summary>Whether there is a state; an entity without one does not exist.</summary>
    public abstract bool HasState { get; }

    /// <summary>The state.</summary>
    /// <param name="defaultValue">What to return when there is none.</param>
    public virtual T? GetState<T>(T? defaultValue = default) => GetState(typeof(T)) is T state ? state : defaultValue;

    /// <summary>The state; <c>null</c> when there is none.</summary>
    public abstract object? GetState(Type type);

    /// <summary>Sets the state; <c>null</c> deletes the entity.</summary>
    public abstract void SetState(object? state);
}
