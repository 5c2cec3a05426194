using DurableMl.Inference.Protocol;
using DurableMl.Inference.Sessions;
using DurableMl.Inference.Tensors;
using DurableMl.Inference.Values;
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
        if (!session.IsPlain)
        {
            return RunComposite(session, inputs, outputNames, options);
        }

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
                outputs.Add(Tensor.FromOrtValue(outputNames[i], results[i], memory));
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
            foreach (OrtValue? value in values)
            {
                value?.Dispose();
            }
        }
    }

    private static List<Tensor> RunComposite(ModelSession session, Tensor[] inputs, IReadOnlyList<string> outputNames, RunOptions? options)
    {
        try
        {
            return CompositeRun.Run(session, inputs, outputNames, options);
        }
        catch (NotSupportedException e)
        {
            throw new InferenceException(501, e.Message);
        }
    }

    private static Tensor Concatenate(IReadOnlyList<InferenceJob> jobs, int input, int rows)
    {
        Tensor first = jobs[0].Inputs[input];
        int length = 0;
        for (int i = 0; i < jobs.Count; i++)
        {
            length = checked(length + jobs[i].Inputs[input].Length);
        }

        PooledMemory memory = PooledMemory.Rent(length);
        Span<byte> rest = memory.Span;
        for (int i = 0; i < jobs.Count; i++)
        {
            ReadOnlySpan<byte> data = jobs[i].Inputs[input].Data;
            data.CopyTo(rest);
            rest = rest[data.Length..];
        }

        return new(first.Name, first.Type, [rows, .. first.Shape.AsSpan(1)], memory, memory.Address, length);
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
