using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Compute.Batch;
using Azure.Storage.Sas;
using DurableMl.BatchJobs.Catalog;
using DurableMl.BatchJobs.Client;

namespace DurableMl.BatchJobs.Submission;

/// <summary>Describes a training task to Batch: command line, code, environment, container, limits.</summary>
internal sealed class TrainingTaskBuilder(BatchSettings settings, JobCodeStore codeStore, SasIssuer sas)
{
    // Checks the code against its hash, which Batch keeps with the task, before anything of it is unpacked or run. 69 says that it is not the
    // job's fault. Python runs isolated: the runner needs the standard library alone, and a node's site-packages take their time. The job's own
    // process is started as ever.
    private const string RunCode = "import sys, hashlib, os; d = {0} + '/'; b = open(d + '" + ArchiveFile + "', 'rb').read(); "
        + "hashlib.sha256(b).hexdigest() == sys.argv[1] or (print('runner: the code is not what the run was started with', os.environ.get('TRACEPARENT', ''), file=sys.stderr), sys.exit(69)); "
        + "import io, zipfile; z = zipfile.ZipFile(io.BytesIO(b)); z.extractall(d); [os.chmod(d + n, 0o770) for n in z.namelist()]; "
        + "sys.path.insert(0, d + 'runner'); import {1}; sys.exit({1}.main(sys.argv[2:]))";

    private const string ArchiveFile = "code.zip";

    // torch.distributed's port on the primary node. It differs from task to task, since nodes may share one machine (the emulator's do).
    private const int FirstPort = 20_000;
    private const int Ports = 10_000;

    private const string InstanceMetadata = "http://169.254.169.254";

    /// <summary>Builds the task's description with freshly signed URLs, which the node agent reads and the task does not see.</summary>
    public async Task<BatchTaskCreateOptions> BuildAsync(TrainingTask task, JobCode code, Uri grant, CancellationToken cancellationToken = default)
    {
        var options = new BatchTaskCreateOptions(task.BatchTaskId, CommandLine("runner", code, task.Nodes))
        {
            DisplayName = $"{task.RunId}/{task.TrialId} attempt {task.Attempt}",
            RequiredSlots = task.Slots > 1 ? task.Slots : null,
            // The trial's orchestration decides on retries; Batch itself only runs a task again that lost its node.
            Constraints = new BatchTaskConstraints { MaxTaskRetryCount = 0, MaxWallClockTime = Shorter(task.TimeLimit, code.TimeLimit) },
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

        ResourceFile[] files =
        [
            new() { HttpUri = await sas.BlobAsync(codeStore.Archive(task.RunId, code), BlobSasPermissions.Read, SasIssuer.Longest, cancellationToken), FilePath = ArchiveFile },
            new() { HttpUri = grant, FilePath = "grant.json" },
        ];
        if (task.Nodes > 1)
        {
            options.MultiInstanceSettings = new MultiInstanceSettings(CommandLine("worker", code, task.Nodes)) { NumberOfInstances = task.Nodes };
            Add(options.MultiInstanceSettings.CommonResourceFiles, files);
        }
        else
        {
            Add(options.ResourceFiles, files);
        }

        foreach (var (name, value) in Environment(task))
        {
            options.EnvironmentSettings.Add(new EnvironmentSetting(name) { Value = value });
        }

        return options;
    }

    private static string CommandLine(string module, JobCode code, int nodes)
    {
        // A multi-instance task's common files lie in a directory that only a variable names, and no shell is there to put it in.
        var directory = nodes > 1 ? "os.environ['AZ_BATCH_TASK_SHARED_DIR']" : "os.getcwd()";
        string[] start =
        [
            "python3", "-I", "-S", "-B", "-c", RunCode.Replace("{0}", directory, StringComparison.Ordinal).Replace("{1}", module, StringComparison.Ordinal), code.ArchiveSha256!,
        ];
        return string.Join(' ', start.Concat(["--directory", JobCatalog.FolderOf(code.Job), "--"]).Concat(code.Command).Select(Quote));
    }

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

    private IEnumerable<(string Name, string Value)> Environment(TrainingTask task)
    {
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

        if (task.TraceParent is { } parent)
        {
            yield return ("TRACEPARENT", parent);
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

    private static TimeSpan? Shorter(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other ?? one : one;

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private string? Image(JobCode code) =>
        settings.ContainerImages.TryGetValue(code.Job, out string? image) ? image
        : settings.ContainerImage is { } training && !code.OwnImage ? training
        : code.Image;
}
