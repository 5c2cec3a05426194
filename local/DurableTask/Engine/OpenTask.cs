using Microsoft.DurableTask.History;

namespace Microsoft.DurableTask.Engine;

/// <summary>A task of an orchestrator that waits for its result.</summary>
abstract class OpenTask
{
    public abstract void Complete(string? result, DataConverter converter);

    public abstract void Fail(Exception exception);

    public abstract void Cancel(CancellationToken cancellation);
}

/// <summary>A task with a result of a type.</summary>
sealed class OpenTask<T> : OpenTask
{
    // No RunContinuationsAsynchronously: continuations must stay on the thread of the turn.
#pragma warning disable MA0147, VSTHRD200, CA2008
    readonly TaskCompletionSource<T> source = new();
#pragma warning restore MA0147, VSTHRD200, CA2008

    public Task<T> Task => source.Task;

    public override void Complete(string? result, DataConverter converter)
    {
        T value;
        try
        {
            value = result is null ? default! : converter.Deserialize<T>(result)!;
        }
#pragma warning disable CA1031 // whatever a converter throws belongs to the orchestrator that awaits the result
        catch (Exception exception)
#pragma warning restore CA1031
        {
            source.TrySetException(exception);
            return;
        }

        source.TrySetResult(value);
    }

    public override void Fail(Exception exception) => source.TrySetException(exception);

    public override void Cancel(CancellationToken cancellation) => source.TrySetCanceled(cancellation);
}
