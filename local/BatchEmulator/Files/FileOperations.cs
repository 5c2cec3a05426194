using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.Pools;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Tasks;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Files;

/// <summary>The file operations, of tasks and of nodes.</summary>
internal sealed class FileOperations(BatchAccount account, NodeDirectories directories)
{
    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var (path, root) in ((string, Func<BatchRequest, (string, string)>)[])
            [("/jobs/{jobId}/tasks/{taskId}/files", TaskRoot), ("/pools/{poolId}/nodes/{nodeId}/files", NodeRoot)])
        {
            routes.MapOperation("GET", path, r => NodeFiles.ListAsync(r, root(r).Item1, root(r).Item2));
            routes.MapOperation("GET", path + "/{**filePath}", r => NodeFiles.ReadAsync(r, root(r).Item1, root(r).Item2));
            routes.MapOperation("HEAD", path + "/{**filePath}", r => NodeFiles.PropertiesAsync(r, root(r).Item1, root(r).Item2));
            routes.MapOperation("DELETE", path + "/{**filePath}", r => NodeFiles.DeleteAsync(r, root(r).Item1));
        }
    }

    private (string Root, string Url) TaskRoot(BatchRequest request) => account.Read(() =>
    {
        var (_, task) = TaskOperations.Find(account, request);
        if (task.FilesCleanedUp)
        {
            throw BatchErrors.Conflict("TaskFilesCleanedup", "The files of the task were removed after its retention time.");
        }

        if (task.Location is not { } location || account.Pools.GetValueOrDefault(location.PoolId)?.Node(location.NodeId) is null)
        {
            throw BatchErrors.Conflict("TaskFilesUnavailable", "The task has not run yet, or the node it ran on is gone.");
        }

        return (Path.Combine(directories.Node(location.PoolId, location.NodeId), location.RootDirectory), TaskDocument.Url(task, request.BaseUrl) + "/files");
    });

    private (string Root, string Url) NodeRoot(BatchRequest request) => account.Read(() =>
    {
        var pool = PoolOperations.Find(account, request.Id("poolId"));
        var node = pool.Node(request.Id("nodeId")) ?? throw BatchErrors.NodeNotFound();
        return (directories.Node(pool.Id, node.Id), NodeDocument.Url(request.BaseUrl, pool.Id, node.Id) + "/files");
    });
}
