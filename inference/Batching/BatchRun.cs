using DurableMl.Inference.Protocol;
using DurableMl.Inference.Sessions;
using DurableMl.Inference.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Inference.Batching;

/// <summary>Runs a model once for one job or for several whose rows are put into one batch.</summary>
internal static class BatchRun
{
    /// <summary>Runs one request; its inputs are read in place.</summary>
    public static List<Tensor> One(ModelSession session, Tensor[] inputs, IReadOnlyList<string>? outputs, RunOptions? options) => Run(session, inputs, outputs, options);

    /// <summary>
    /// Runs several jobs as one batch and gives each its rows.
    /// </summary>
    /// <returns>The outputs of each job, or null when an output does not have one row for each row of input, so that it cannot be divided.</returns>
    public static List<Tensor>[]? Many(ModelSession session, IReadOnlyList<InferenceJob> jobs)
    {
        int rows = jobs.Sum(job => job.Rows);
        var inputs = new Tensor[jobs[0].Inputs.Length];
        List<Tensor>? outputs = null;
        try
        {
            for (int i = 0; i < inputs.Length; i++)
            {
                inputs[i] = Concatenate(jobs, i, rows);
            }

            outputs = Run(session, inputs, null, null);
            return outputs.TrueForAll(output => output.Shape.Length > 0 && output.Shape[0] == rows) ? Divide(session, jobs, outputs) : null;
        }
        finally
        {
            Dispose(inputs);
            Dispose(outputs);
        }
    }

    private static List<Tensor> Run(ModelSession session, Tensor[] inputs, IReadOnlyList<string>? outputNames, RunOptions? options)
    {
        outputNames ??= session.OutputNames;
        var values = new OrtValue[inputs.Length];
        OrtMemory? memory = null;
        var outputs = new List<Tensor>();
        try
        {
            for (int i = 0; i < inputs.Length; i++)
            {
                values[i] = inputs[i].ToOrtValue();
            }

            IDisposableReadOnlyCollection<OrtValue> results = session.Run(session.InputNames, values, outputNames, options);
            memory = new OrtMemory(results);
            for (int i = 0; i < results.Count; i++)
            {
                session.OutputForms[session.OutputIndex[outputNames[i]]].AddTensors(outputs, results[i], memory);
            }

            return outputs;
        }
        catch
        {
            Dispose(outputs);
            throw;
        }
        finally
        {
            memory?.Release();
            Array.ForEach(values, value => value?.Dispose());
        }
    }

    private static Tensor Concatenate(IReadOnlyList<InferenceJob> jobs, int input, int rows)
    {
        Tensor first = jobs[0].Inputs[input];
        var parts = new Tensor[jobs.Count];
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = jobs[i].Inputs[input];
        }

        return Tensor.Concatenate(first, [rows, .. first.Shape.AsSpan(1)], parts);
    }

    private static List<Tensor>[] Divide(ModelSession session, IReadOnlyList<InferenceJob> jobs, List<Tensor> outputs)
    {
        var divided = new List<Tensor>[jobs.Count];
        int row = 0;
        for (int i = 0; i < divided.Length; i++)
        {
            IReadOnlyList<string> names = jobs[i].Outputs ?? session.OutputNames;
            divided[i] = new List<Tensor>(names.Count);
            for (int n = 0; n < names.Count; n++)
            {
                divided[i].Add(outputs[session.OutputIndex[names[n]]].Rows(row, jobs[i].Rows));
            }

            row += jobs[i].Rows;
        }

        return divided;
    }

    private static void Dispose(IEnumerable<Tensor?>? tensors)
    {
        foreach (Tensor? tensor in tensors ?? [])
        {
            tensor?.Dispose();
        }
    }
}

/// <summary>Tells a run that failed because of its inputs from one that failed because of the model.</summary>
internal static class ModelFailure
{
    /// <summary>400 when ONNX Runtime calls an argument invalid, otherwise 500.</summary>
    public static InferenceException From(OnnxRuntimeException exception) =>
        // The binding gives the code only as text.
        exception.Message.Contains("[ErrorCode:InvalidArgument]", StringComparison.Ordinal)
            ? new(400, $"inputs: the model does not take them: {exception.Message}")
            : new(500, $"The model failed: {exception.Message}");
}

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
