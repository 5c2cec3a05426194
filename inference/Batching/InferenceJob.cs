using DurableMl.Inference.Tensors;

namespace DurableMl.Inference.Batching;

/// <summary>One request's share of a run: its inputs in the model's order, and a promise of the outputs.</summary>
internal sealed class InferenceJob
{
    private readonly TaskCompletionSource<List<Tensor>> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>References <paramref name="inputs"/> until <see cref="ReleaseInputs"/>.</summary>
    public InferenceJob(Tensor[] inputs, IReadOnlyList<string>? outputs, long enqueued, CancellationToken cancellationToken)
    {
        Inputs = Array.ConvertAll(inputs, input => input.Share());
        Outputs = outputs;
        Enqueued = enqueued;
        Cancellation = cancellationToken;
        Rows = RowsOf(inputs);
    }

    /// <summary>The first dimension of the first input; 1 where it has none.</summary>
    public static int RowsOf(Tensor[] inputs) => inputs.Length > 0 && inputs[0].Shape.Length > 0 ? (int)Math.Min(int.MaxValue, inputs[0].Shape[0]) : 1;

    public Tensor[] Inputs { get; }

    /// <summary>The outputs wanted, in order; null for all.</summary>
    public IReadOnlyList<string>? Outputs { get; }

    public int Rows { get; }

    /// <summary>A <see cref="TimeProvider"/> timestamp.</summary>
    public long Enqueued { get; }

    public CancellationToken Cancellation { get; }

    public Task<List<Tensor>> Completion => completion.Task;

    /// <summary>Whether both may share a run: all their inputs agree in shape beyond the first dimension, and have one.</summary>
    public bool FitsWith(InferenceJob other)
    {
        if (Inputs.Length != other.Inputs.Length)
        {
            // Only where sequences or optional values make the number of tensors differ.
            return false;
        }

        for (int i = 0; i < Inputs.Length; i++)
        {
            if (Inputs[i].Shape.Length == 0 || other.Inputs[i].Shape.Length == 0 || !Inputs[i].Shape.AsSpan(1).SequenceEqual(other.Inputs[i].Shape.AsSpan(1)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Hands over the outputs; they are disposed if nobody waits any more.</summary>
    public void Complete(List<Tensor> outputs)
    {
        if (!completion.TrySetResult(outputs))
        {
            foreach (Tensor output in outputs)
            {
                output.Dispose();
            }
        }
    }

    public void Fail(Exception exception)
    {
        if (completion.TrySetException(exception))
        {
            // Whoever waited may have gone; the exception is theirs, not the finalizer's.
            _ = completion.Task.Exception;
        }
    }

    public void Cancel() => completion.TrySetCanceled(Cancellation);

    public void ReleaseInputs()
    {
        foreach (Tensor input in Inputs)
        {
            input.Dispose();
        }
    }
}
