using Microsoft.DurableTask.Sqlite;

namespace Microsoft.DurableTask.Engine;

partial class TaskHub
{
    Commit? PrepareEntityTurn(Instance instance, WorkerSettings settings) => throw new NotSupportedException();
}
