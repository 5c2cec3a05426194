using DurableMl.Local.BatchEmulator.Tasks;

namespace DurableMl.Local.BatchEmulator.Storage;

/// <summary>A resource file could not be fetched or an output file not be stored.</summary>
internal sealed class TransferException(TaskFailure failure, Exception? inner = null) : Exception(failure.Message, inner)
{
    /// <summary>What the task's failureInfo will say.</summary>
    public TaskFailure Failure { get; } = failure;
}
