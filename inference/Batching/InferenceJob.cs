namespace DurableMl.Inference.Batching;

/// <summary>One request's share of a run: its inputs in the model's order, and a promise of the outputs.</summary>
internal sealed class InferenceJob : TaskCompletionSource<TensorList>
{
    private ModelSession? session;

    /// <summary>References <paramref name="session"/> and <paramref name="inputs"/> until <see cref="Release"/>: a caller who gave up has gone, but the run that it was part of still uses them.</summary>
    public InferenceJob(ModelSession session, TensorList inputs, IReadOnlyList<string>? outputs, long enqueued, CancellationToken cancellationToken)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        session.AddReference();
        this.session = session;
        Inputs = inputs.Share();
        Outputs = outputs;
        Enqueued = enqueued;
        Cancellation = cancellationToken;
        Rows = inputs.Rows;
    }

    public TensorList Inputs { get; }

    /// <summary>The outputs wanted, in order; null for all.</summary>
    public IReadOnlyList<string>? Outputs { get; }

    public int Rows { get; }

    /// <summary>A <see cref="TimeProvider"/> timestamp.</summary>
    public long Enqueued { get; }

    public CancellationToken Cancellation { get; }

    /// <summary>Whether both may share a run: all their inputs agree in shape beyond the first dimension, and have one.</summary>
    public bool FitsWith(InferenceJob other)
    {
        for (int i = 0; i < Inputs.Count; i++)
        {
            if (Inputs[i].Shape.Length == 0 || other.Inputs[i].Shape.Length == 0 || !Inputs[i].Shape.AsSpan(1).SequenceEqual(other.Inputs[i].Shape.AsSpan(1)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Hands over the outputs; they are disposed if nobody waits any more.</summary>
    public void Complete(TensorList outputs)
    {
        if (!TrySetResult(outputs))
        {
            outputs.Dispose();
        }
    }

    public void Fail(Exception exception)
    {
        if (TrySetException(exception))
        {
            // Whoever waited may have gone; the exception is theirs, not the finalizer's.
            _ = Task.Exception;
        }
    }

    public void Release()
    {
        Inputs.Dispose();
        Interlocked.Exchange(ref session, null)?.Release();
    }
}
