using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Azure.Compute.Batch;
using Azure.Storage.Sas;
using DurableMl.BatchJobs.Client;

namespace DurableMl.BatchJobs.Submission;

/// <summary>Describes a training task to Batch: command line, code, environment, container, limits.</summary>
public sealed class TrainingTaskBuilder(BatchSettings settings, JobCodeStore codeStore, SasIssuer sas)
{
    // torch.distributed's port on the primary node. It differs from task to task, since nodes may share one machine (the emulator's do).
    private const int FirstPort = 20_000;
    private const int Ports = 10_000;

    private const string InstanceMetadata = "http://169.254.169.254";

    private static readonly TimeSpan QueueAllowance = TimeSpan.FromHours(1);

    /// <summary>Builds the task's description with freshly signed URLs.</summary>
    public async Task<BatchTaskCreateOptions> BuildAsync(TrainingTask task, JobCode code, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(code);
        var lifetime = Lifetime(task);
        var options = new BatchTaskCreateOptions(task.BatchTaskId, CommandLine("runner.py", code, task.Nodes))
        {
            DisplayName = $"{task.RunId}/{task.TrialId} attempt {task.Attempt}",
            // The trial's orchestration decides on retries; Batch itself only runs a task again that lost its node.
            Constraints = new BatchTaskConstraints { MaxTaskRetryCount = 0, MaxWallClockTime = task.TimeLimit },
        };
        if (Image(code) is { } image)
        {
            options.ContainerSettings = new BatchTaskContainerSettings(image)
            {
                WorkingDirectory = ContainerWorkingDirectory.TaskWorkingDirectory,
                // Processes on other nodes must reach the rendezvous port.
                ContainerRunOptions = task.Nodes > 1 ? "--network=host" : null,
            };
        }

        var files = await CodeFilesAsync(task, code, lifetime, cancellationToken);
        if (task.Nodes > 1)
        {
            options.MultiInstanceSettings = new MultiInstanceSettings(CommandLine("worker.py", code, task.Nodes)) { NumberOfInstances = task.Nodes };
            Add(options.MultiInstanceSettings.CommonResourceFiles, files);
        }
        else
        {
            Add(options.ResourceFiles, files);
        }

        await foreach (var (name, value) in EnvironmentAsync(task, lifetime, cancellationToken))
        {
            options.EnvironmentSettings.Add(new EnvironmentSetting(name) { Value = value });
        }

        return options;
    }

    private static string CommandLine(string script, JobCode code, int nodes)
    {
        string[] start = nodes > 1 ? ["python3", "-c", StartInSharedDirectory(script)] : ["python3", $"runner/{script}"];
        return string.Join(' ', start.Concat(["--directory", code.Job, "--"]).Concat(code.Command).Select(Quote));
    }

    // A multi-instance task's common files lie in a directory that only a variable names, and no shell is there to put it in.
    private static string StartInSharedDirectory(string script) =>
        "import os, runpy, sys; d = os.environ['AZ_BATCH_TASK_SHARED_DIR'] + '/runner/'; sys.path.insert(0, d); "
        + $"sys.argv[0] = d + '{script}'; runpy.run_path(sys.argv[0], run_name='__main__')";

    // Batch splits a command line at blanks, as a program start does; there is no shell.
    private static string Quote(string argument) =>
        argument.Any(char.IsWhiteSpace) ? $"\"{argument.Replace("\"", "\\\"", StringComparison.Ordinal)}\"" : argument;

    private static void Add(IList<ResourceFile> target, IEnumerable<ResourceFile> files)
    {
        foreach (var file in files)
        {
            target.Add(file);
        }
    }

    private async Task<List<ResourceFile>> CodeFilesAsync(TrainingTask task, JobCode code, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var files = new List<ResourceFile>();
        foreach (var file in code.Files)
        {
            var uri = await sas.ReadBlobAsync(codeStore.Blob(task.RunId, file), lifetime, cancellationToken);
            files.Add(new ResourceFile { HttpUri = uri, FilePath = file.Path });
        }

        return files;
    }

    private async IAsyncEnumerable<(string Name, string Value)> EnvironmentAsync(
        TrainingTask task, TimeSpan lifetime, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // No delete and no list: a task that is led astray cannot wipe the runs of others.
        const BlobContainerSasPermissions Write = BlobContainerSasPermissions.Read | BlobContainerSasPermissions.Create | BlobContainerSasPermissions.Write;
        yield return ("DML_TRIAL_URL", (await sas.ContainerAsync(DataContainers.Runs, Write, lifetime, cancellationToken)).AbsoluteUri);
        yield return ("DML_TRIAL_PREFIX", task.BlobPrefix);
        if (task.Dataset is not null)
        {
            yield return ("DML_DATASET_URL", (await sas.ContainerAsync(DataContainers.Datasets, BlobContainerSasPermissions.Read, lifetime, cancellationToken)).AbsoluteUri);
            yield return ("DML_DATASET_PREFIX", $"{task.Dataset}/{task.DatasetVersion}");
        }

        yield return ("DML_ATTEMPT", Text(task.Attempt));
        yield return ("DML_BUDGET", Text(task.Budget));
        yield return ("DML_SEED", Text(task.Seed));
        if (task.CheckpointSteps is { } steps)
        {
            yield return ("DML_CHECKPOINT_STEPS", Text(steps));
        }

        if (settings.Threads is { } threads)
        {
            yield return ("DML_THREADS", Text(threads));
        }

        if (settings.AccountUrl.Scheme == Uri.UriSchemeHttps)
        {
            // Where Azure tells a spot node that it will be taken; not on a machine that only plays the nodes.
            yield return ("DML_SCHEDULED_EVENTS", InstanceMetadata);
        }

        if (task.Nodes > 1)
        {
            yield return ("DML_NODES", Text(task.Nodes));
            yield return ("DML_RENDEZVOUS_PORT", Text(RendezvousPort(task)));
        }
    }

    private static int RendezvousPort(TrainingTask task)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{task.BatchJobId}/{task.BatchTaskId}"));
        return FirstPort + (BinaryPrimitives.ReadUInt16LittleEndian(hash) % Ports);
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private string? Image(JobCode code) =>
        settings.ContainerImages.TryGetValue(code.Job, out string? image) ? image
        : settings.ContainerImage is { } training && !code.OwnImage ? training
        : code.Image;

    private TimeSpan Lifetime(TrainingTask task)
    {
        var needed = (task.TimeLimit ?? TimeSpan.Zero) + QueueAllowance;
        return needed > settings.SasLifetime ? needed : settings.SasLifetime;
    }
}
