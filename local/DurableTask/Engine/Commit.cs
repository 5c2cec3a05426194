using Microsoft.DurableTask.Sqlite;

namespace Microsoft.DurableTask.Engine;

/// <summary>A change of the store that happens whole or not at all, together with others.</summary>
abstract class Commit
{
    /// <summary>Whether it must run outside a transaction, and so apart from others.</summary>
    public virtual bool Alone => false;

    /// <summary>Writes the change.</summary>
    public abstract void Apply(StoreWriter writer);

    /// <summary>Called once the change is stored, in the order of the changes. Must be quick and must not throw.</summary>
    public abstract void Committed();

    /// <summary>Called when it could not be stored.</summary>
    public abstract void Failed(Exception exception);
}

/// <summary>A change that a client waits for.</summary>
sealed class ClientCommit<T>(Func<StoreWriter, T> apply, Action<T> committed) : Commit
{
    readonly TaskCompletionSource<T> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    T result = default!;

    public Task<T> Task => completion.Task;

    public override void Apply(StoreWriter writer) => result = apply(writer);

    public override void Committed()
    {
        committed(result);
        completion.TrySetResult(result);
    }

    public override void Failed(Exception exception) => completion.TrySetException(exception);
}
