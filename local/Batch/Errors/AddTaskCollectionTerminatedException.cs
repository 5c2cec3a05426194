namespace Azure.Compute.Batch;

/// <summary>A task could not be added, and no more were tried.</summary>
public class AddTaskCollectionTerminatedException : BatchException
{
    internal AddTaskCollectionTerminatedException(CreateTaskResult result)
        : base(
            new RequestInformation { BatchError = result.BatchTaskResult.Error },
            $"Adding tasks stopped, for one failed. {result}",
            inner: null) => AddTaskResult = result;

    /// <summary>What became of the task.</summary>
    public CreateTaskResult AddTaskResult { get; }
}
