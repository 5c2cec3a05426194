namespace Azure.Compute.Batch;

/// <summary>How <see cref="BatchClient.CreateTasks"/> adds tasks.</summary>
public class CreateTasksOptions
{
    private int _maxDegreeOfParallelism = 1;
    private int _maxTimeBetweenCallsInSeconds = 30;

    /// <summary>Creates options.</summary>
    /// <param name="maxDegreeOfParallelism">Requests at once, at least 1.</param>
    /// <param name="maxTimeBetweenCallsInSeconds">Longest wait before the next request while the service throttles, in seconds.</param>
    /// <param name="createTaskResultHandler">Decides about each task; null for <see cref="DefaultCreateTaskResultHandler"/>.</param>
    /// <param name="returnBatchTaskAddResults">Whether the result lists each task.</param>
    public CreateTasksOptions(
        int maxDegreeOfParallelism = 1,
        int maxTimeBetweenCallsInSeconds = 30,
        TaskResultHandler createTaskResultHandler = null,
        bool returnBatchTaskAddResults = false)
    {
        MaxDegreeOfParallelism = maxDegreeOfParallelism;
        MaxTimeBetweenCallsInSeconds = maxTimeBetweenCallsInSeconds;
        CreateTaskResultHandler = createTaskResultHandler;
        ReturnBatchTaskCreateResults = returnBatchTaskAddResults;
    }

    /// <summary>Requests at once, at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is set to less.</exception>
    public int MaxDegreeOfParallelism
    {
        get => _maxDegreeOfParallelism;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _maxDegreeOfParallelism = value;
        }
    }

    /// <summary>Longest wait before the next request while the service throttles, in seconds; at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is set to less.</exception>
    public int MaxTimeBetweenCallsInSeconds
    {
        get => _maxTimeBetweenCallsInSeconds;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _maxTimeBetweenCallsInSeconds = value;
        }
    }

    /// <summary>Decides about each task; null for <see cref="DefaultCreateTaskResultHandler"/>.</summary>
    public TaskResultHandler CreateTaskResultHandler { get; set; }

    /// <summary>Whether <see cref="CreateTasksResult.BatchTaskCreateResults"/> lists each task.</summary>
    public bool ReturnBatchTaskCreateResults { get; set; }
}
