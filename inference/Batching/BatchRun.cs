using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Inference.Batching;

/// <summary>Runs a model once for one job or for several whose rows are put into one batch.</summary>
internal static class BatchRun
{
    /// <summary>Runs one request; its inputs are read in place.</summary>
    public static List<Tensor> One(ModelSession session, Tensor[] inputs, IReadOnlyList<string>? outputNames, RunOptions? options)
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
            outputs.ForEach(output => output.Dispose());
            throw;
        }
        finally
        {
            memory?.Release();
            Array.ForEach(values, value => value?.Dispose());
        }
    }

    /// <summary>Runs several jobs as one batch and gives each its rows.</summary>
    /// <returns>The outputs of each job, or null when an output does not have one row for each row of input, so that it cannot be divided.</returns>
    public static List<Tensor>[]? Many(ModelSession session, IReadOnlyList<InferenceJob> jobs)
    {
        int rows = jobs.Sum(job => job.Rows);
        var inputs = new Tensor?[jobs[0].Inputs.Length];
        List<Tensor> outputs = [];
        try
        {
            for (int i = 0; i < inputs.Length; i++)
            {
                Tensor[] parts = [.. jobs.Select(job => job.Inputs[i])];
                inputs[i] = Tensor.Concatenate(parts[0], [rows, .. parts[0].Shape.AsSpan(1)], parts);
            }

            outputs = One(session, inputs!, null, null);
            return outputs.TrueForAll(output => output.Shape.Length > 0 && output.Shape[0] == rows) ? Divide(session, jobs, outputs) : null;
        }
        finally
        {
            Array.ForEach(inputs, input => input?.Dispose());
            outputs.ForEach(output => output.Dispose());
        }
    }

    /// <summary>What a failed run is to its caller: 400 when ONNX Runtime calls an argument invalid, otherwise 500.</summary>
    public static InferenceException Failure(OnnxRuntimeException exception) =>
        // The binding gives the code only as text.
        exception.Message.Contains("[ErrorCode:InvalidArgument]", StringComparison.Ordinal)
            ? new(400, $"inputs: the model does not take them: {exception.Message}")
            : new(500, $"The model failed: {exception.Message}");

    private static List<Tensor>[] Divide(ModelSession session, IReadOnlyList<InferenceJob> jobs, List<Tensor> outputs)
    {
        var divided = new List<Tensor>[jobs.Count];
        int row = 0;
        for (int i = 0; i < divided.Length; row += jobs[i++].Rows)
        {
            divided[i] = [.. (jobs[i].Outputs ?? session.OutputNames).Select(name => outputs[session.OutputIndex[name]].Rows(row, jobs[i].Rows))];
        }

        return divided;
    }
}

/// <summary>One request's share of a run: its inputs in the model's order, and a promise of the outputs.</summary>
internal sealed class InferenceJob : TaskCompletionSource<List<Tensor>>
{
    private ModelSession? session;

    /// <summary>References <paramref name="session"/> and <paramref name="inputs"/> until <see cref="Release"/>: a caller who gave up has gone, but the run that it was part of still uses them.</summary>
    public InferenceJob(ModelSession session, Tensor[] inputs, IReadOnlyList<string>? outputs, long enqueued, CancellationToken cancellationToken)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        session.AddReference();
        this.session = session;
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
        if (!TrySetResult(outputs))
        {
            outputs.ForEach(output => output.Dispose());
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
        Array.ForEach(Inputs, input => input.Dispose());
        Interlocked.Exchange(ref session, null)?.Release();
    }
}
