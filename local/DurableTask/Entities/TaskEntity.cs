namespace Microsoft.DurableTask.Entities;

/// <summary>Base of class-based entities: an operation calls the public method of its name, without regard to case.</summary>
/// <typeparam name="TState">The type of the state.</typeparam>
/// <remarks>
/// A method takes any of: the operation's input, a <see cref="TaskEntityContext"/>, a <see cref="TaskEntityOperation"/>; it may return
/// a value or an awaitable of one. An operation named <c>delete</c> without a method deletes the state.
/// </remarks>
public abstract class TaskEntity<TState> : ITaskEntity
{
    /// <summary>Whether operations without a method here go to a method of the state. Default <c>false</c>.</summary>
    protected virtual bool AllowStateDispatch => false;

    /// <summary>The state; stored when the operation has succeeded.</summary>
    protected TState State { get; set; } = default!;

    /// <summary>The context of the present operation.</summary>
    protected TaskEntityContext Context { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask<object?> RunAsync(TaskEntityOperation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        Context = operation.Context;
        object? stored = operation.State.GetState(typeof(TState));
        State = stored is null ? InitializeState(operation) : (TState)stored;
        (bool found, object? result) = await EntityDispatch.TryRunAsync(this, operation);
        if (!found && AllowStateDispatch && State is not null)
        {
            // Boxed once, so that methods of a value type change the state that is stored.
            object state = State;
            (found, result) = await EntityDispatch.TryRunAsync(state, operation);
            State = (TState)state;
        }

        if (!found)
        {
            if (!string.Equals(operation.Name, "delete", StringComparison.OrdinalIgnoreCase))
            {
                throw new NotSupportedException($"No suitable method found for entity operation '{operation}'.");
            }

            operation.State.SetState(null);
            return null;
        }

        operation.State.SetState(State);
        return result;
    }

    /// <summary>The state of an entity that does not exist yet.</summary>
    protected virtual TState InitializeState(TaskEntityOperation entityOperation) =>
        Nullable.GetUnderlyingType(typeof(TState)) is not null ? default! : Activator.CreateInstance<TState>();
}
