namespace Microsoft.DurableTask.Entities;

/// <summary>An entity: state with operations, run one at a time.</summary>
public interface ITaskEntity
{
    /// <summary>Runs an operation.</summary>
    /// <param name="operation">The operation, with its input and the entity's state.</param>
    /// <returns>The result for the caller.</returns>
    ValueTask<object?> RunAsync(TaskEntityOperation operation);
}
