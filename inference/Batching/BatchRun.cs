namespace DurableMl.Inference.Batching;

/// <summary>Runs a model once for several jobs, whose rows are put into one batch.</summary>
internal static class BatchRun
{
    /// <summary>Runs several jobs as one batch and gives each its rows.</summary>
    /// <returns>The outputs of each job, or null when an output does not have one row for each row of input, so that it cannot be divided.</returns>
    public static TensorList[]? Run(ModelSession session, IReadOnlyList<InferenceJob> jobs)
    {
        int rows = jobs.Sum(job => job.Rows);
        using TensorList inputs = [];
        for (int i = 0; i < jobs[0].Inputs.Count; i++)
        {
            Tensor[] parts = [.. jobs.Select(job => job.Inputs[i])];
            inputs.Add(Tensor.Concatenate(parts[0], [rows, .. parts[0].Shape.AsSpan(1)], parts));
        }

        using TensorList outputs = session.Run(inputs);
        return outputs.TrueForAll(output => output.Shape.Length > 0 && output.Shape[0] == rows) ? Divide(session, jobs, outputs) : null;
    }

    private static TensorList[] Divide(ModelSession session, IReadOnlyList<InferenceJob> jobs, TensorList outputs)
    {
        var divided = new TensorList[jobs.Count];
        int row = 0;
        for (int i = 0; i < divided.Length; row += jobs[i++].Rows)
        {
            divided[i] = [.. (jobs[i].Outputs ?? session.OutputNames).Select(name => outputs[session.OutputIndex[name]].Rows(row, jobs[i].Rows))];
        }

        return divided;
    }
}
