using DurableMl.Local.BatchEmulator.Files;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Tasks;

/// <summary>Lists the instances of multi-instance tasks.</summary>
internal sealed class SubtaskOperations(BatchAccount account, NodeDirectories directories)
{
    /// <summary>Maps the operation.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapOperation("GET", "/jobs/{jobId}/tasks/{taskId}/subtasksinfo", request =>
    {
        var query = new ListQuery(request, "BatchSubtask");
        return request.RespondAsync(200, account.Read(() =>
            query.Page(TaskOperations.Find(account, request).Task.Subtasks, s => ListQuery.Key(s.Id), s => s.Write(request.BaseUrl, directories))));
    });
}
