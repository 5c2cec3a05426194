using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Files;
using DurableMl.Local.BatchEmulator.Jobs;
using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.Wire;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace DurableMl.Local.BatchEmulator.Tasks;

/// <summary>The environment variables commands get on a node.</summary>
internal sealed class TaskEnvironment(BatchEmulatorOptions options, NodeDirectories directories, IServer server)
{
    // What programs need to run at all, and what says which devices there are. Anything else of the emulator's own stays with it.
    private static readonly string[] Inherited =
        ["PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES"];

    /// <summary>The emulator's URL. Only once the server listens does it have one; no command runs before.</summary>
    public string AccountUrl => server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();

    /// <summary>What every command on the node sees.</summary>
    public Dictionary<string, string> ForNode(Node node)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in Inherited.Concat(options.InheritedEnvironment))
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
            {
                result[name] = value;
            }
        }

        result["AZ_BATCH_ACCOUNT_NAME"] = options.AccountName;
        result["AZ_BATCH_ACCOUNT_URL"] = AccountUrl + "/";
        result["AZ_BATCH_POOL_ID"] = node.PoolId;
        result["AZ_BATCH_NODE_ID"] = node.Id;
        result["AZ_BATCH_NODE_IS_DEDICATED"] = node.Dedicated ? "true" : "false";
        result["AZ_BATCH_NODE_ROOT_DIR"] = directories.Node(node.PoolId, node.Id);
        result["AZ_BATCH_NODE_SHARED_DIR"] = directories.Shared(node.PoolId, node.Id);
        result["AZ_BATCH_NODE_STARTUP_DIR"] = directories.Startup(node.PoolId, node.Id);
        result["AZ_BATCH_NODE_MOUNTS_DIR"] = directories.Mounts(node.PoolId, node.Id);
        return result;
    }

    /// <summary>What a task of the job sees on the node.</summary>
    public Dictionary<string, string> ForTask(Node node, Job job, string taskId, string rootDirectory, JsonObject definition)
    {
        var result = ForNode(node);
        result["AZ_BATCH_JOB_ID"] = job.Id;
        result["AZ_BATCH_TASK_ID"] = taskId;
        result["AZ_BATCH_TASK_DIR"] = rootDirectory;
        result["AZ_BATCH_TASK_WORKING_DIR"] = Path.Combine(rootDirectory, "wd");
        // What a real node keeps free for tasks by default.
        result["AZ_BATCH_TASK_RESERVED_EPHEMERAL_DISK_SPACE_BYTES"] = "1000000000";
        result["AZ_BATCH_TASK_USER"] = Environment.UserName;
        if (job.Definition.Object("jobPreparationTask") is { } preparation)
        {
            var directory = Path.Combine(directories.Node(node.PoolId, node.Id), NodeDirectories.TaskRoot(job.Id, preparation.Text("id") ?? "jobpreparation"));
            result["AZ_BATCH_JOB_PREP_DIR"] = directory;
            result["AZ_BATCH_JOB_PREP_WORKING_DIR"] = Path.Combine(directory, "wd");
        }

        Apply(result, job.Definition.Objects("commonEnvironmentSettings"));
        Apply(result, definition.Objects("environmentSettings"));
        return result;
    }

    /// <summary>Adds the client's own variables; later ones win.</summary>
    public static void Apply(Dictionary<string, string> environment, IEnumerable<JsonObject> settings)
    {
        foreach (var setting in settings)
        {
            environment[setting.Text("name")!] = setting.Text("value") ?? "";
        }
    }
}
