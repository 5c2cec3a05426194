namespace Azure.Compute.Batch;

/// <summary>Decides after each request of <see cref="BatchClient.CreateTasks"/> which tasks are added, given up, or tried again.</summary>
public abstract class TaskResultHandler
{
    /// <summary>Decides about one task. Called by several threads at once when requests run in parallel.</summary>
    /// <param name="addTaskResult">What became of it.</param>
    /// <param name="cancellationToken">Canceled when the call is.</param>
    /// <returns>What to do. Throw to stop adding tasks.</returns>
    public abstract CreateTaskResultStatus CreateTaskResultHandler(CreateTaskResult addTaskResult, CancellationToken cancellationToken);
}
