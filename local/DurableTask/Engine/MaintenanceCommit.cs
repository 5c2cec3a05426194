using Microsoft.DurableTask.Sqlite;

namespace Microsoft.DurableTask.Engine;

/// <summary>A statement about the file as a whole, run between groups of changes.</summary>
sealed class MaintenanceCommit(string sql) : Commit
{
    readonly TaskCompletionSource completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Task => completion.Task;

    public override bool Alone => true;

    public override void Apply(StoreWriter writer) => writer.Run(sql);

    public override void Committed() => completion.TrySetResult();

    public override void Failed(Exception exception) => completion.TrySetException(exception);
}
