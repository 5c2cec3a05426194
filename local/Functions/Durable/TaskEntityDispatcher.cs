using DurableMl.Local.Functions.Durable;
using Microsoft.DurableTask.Entities;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Hands an entity's operation to the code that does it.</summary>
public sealed class TaskEntityDispatcher
{
    private readonly TaskEntityOperation operation;
    private readonly Func<IServiceProvider> services;

    internal TaskEntityDispatcher(TaskEntityOperation operation, Func<IServiceProvider> services)
    {
        this.operation = operation;
        this.services = services;
    }

    /// <summary>What the operation returned.</summary>
    internal object? Result { get; private set; }

    /// <summary>Lets an entity do the operation.</summary>
    /// <param name="entity">The entity.</param>
    /// <returns>A task that ends with the operation.</returns>
    public async Task DispatchAsync(ITaskEntity entity)
    {
        ArgumentNullException.ThrowIfNull(entity);
        Result = await entity.RunAsync(operation);
    }

    /// <summary>Lets an entity of a class do the operation: an <see cref="ITaskEntity"/>, or any class, which is then the state.</summary>
    /// <typeparam name="T">The class; made by the invocation's services.</typeparam>
    /// <returns>A task that ends with the operation.</returns>
    public Task DispatchAsync<T>() =>
        typeof(ITaskEntity).IsAssignableFrom(typeof(T))
            ? DispatchAsync((ITaskEntity)ActivatorUtilities.GetServiceOrCreateInstance(services(), typeof(T)))
            : DispatchAsync(new StateEntity<T>(services()));

    /// <summary>Lets a function do the operation.</summary>
    /// <param name="handler">The function.</param>
    /// <returns>A task that ends with the operation.</returns>
    public async Task DispatchAsync(Func<TaskEntityOperation, ValueTask<object?>> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Result = await handler(operation);
    }
}
