namespace Azure.Compute.Batch;

/// <summary>What became of the tasks of <see cref="BatchClient.CreateTasks"/>.</summary>
public class CreateTasksResult
{
    /// <summary>Creates a result.</summary>
    /// <param name="batchTaskAddResults">The result of each task.</param>
    public CreateTasksResult(List<BatchTaskCreateResult> batchTaskAddResults) => BatchTaskCreateResults = batchTaskAddResults;

    /// <summary>The result of each task, if asked for with <see cref="CreateTasksOptions.ReturnBatchTaskCreateResults"/>.</summary>
    public List<BatchTaskCreateResult> BatchTaskCreateResults { get; }

    /// <summary>How many tasks were given up.</summary>
    public int FailCount { get; set; }

    /// <summary>How many tasks were added.</summary>
    public int PassCount { get; set; }
}
