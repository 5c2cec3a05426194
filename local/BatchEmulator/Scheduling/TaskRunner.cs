using DurableMl.Local.BatchEmulator.Files;
using DurableMl.Local.BatchEmulator.Jobs;
using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.Pools;
using DurableMl.Local.BatchEmulator.Processes;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Tasks;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Scheduling;

/// <summary>Executes assigned tasks.</summary>
internal sealed class TaskRunner(
    BatchAccount account, NodeCommand commands, NodeDirectories directories, TaskEnvironment environment, JobPreparations preparations,
    ILogger<TaskRunner> log)
{
    private readonly MultiInstanceRunner multiInstance = new(account, commands, directories, environment);

    /// <summary>Starts the run; that it begins and how it ends is recorded by the callbacks, inside updates.</summary>
    public void Start(TaskRun run, Action<TaskRun> begin, Action<TaskRun, CommandOutcome> finish) => _ = Task.Run(() => ExecuteAsync(run, begin, finish));

    private async Task ExecuteAsync(TaskRun run, Action<TaskRun> begin, Action<TaskRun, CommandOutcome> finish)
    {
        try
        {
            var outcome = await OutcomeAsync(run, begin);
            // The outcome stands: a full disk delays its record, and never runs the task again.
            await account.StoreAsync(() => finish(run, outcome));
        }
        catch (ObjectDisposedException) when (account.IsClosed)
        {
            // The account is closed: the task is requeued at the next start.
        }
        catch (Exception e)
        {
            log.LogError(e, "The outcome of task {Job}/{Task} could not be recorded", run.Job.Id, run.Task.Id);
        }
        finally
        {
            foreach (var work in run.Instances)
            {
                work.Complete();
                work.Stop.Dispose();
            }
        }
    }

    private async Task<CommandOutcome> OutcomeAsync(TaskRun run, Action<TaskRun> begin)
    {
        try
        {
            return await PrepareAsync(run, begin) ?? await RunAsync(run);
        }
        catch (Exception e) when (!account.IsClosed)
        {
            // Whatever it is, it is this task's failure: taken for a lost node, it would run again for ever.
            log.LogError(e, "Task {Job}/{Task} could not be run", run.Job.Id, run.Task.Id);
            return new CommandOutcome(CommandStage.PreProcessing, null, TaskFailure.Server("Unknown", e.Message));
        }
    }

    /// <summary>Null when the task may run.</summary>
    private async Task<CommandOutcome?> PrepareAsync(TaskRun run, Action<TaskRun> begin)
    {
        try
        {
            if (!await preparations.EnsureAsync(run))
            {
                // The node is barred for the job now: the task goes elsewhere, as from a lost node.
                return new CommandOutcome(CommandStage.AgentLost, null, null);
            }
        }
        catch (OperationCanceledException) when (run.Stop.Reason != StopReason.None)
        {
            return new CommandOutcome(CommandStage.PreProcessing, null, null);
        }

        await account.StoreAsync(() => begin(run));
        return null;
    }

    private async Task<CommandOutcome> RunAsync(TaskRun run)
    {
        var definition = run.Task.Definition;
        var root = Path.Combine(directories.Node(run.Pool.Id, run.Node.Id), NodeDirectories.TaskRoot(run.Job.Id, run.Task.Id));
        var command = new CommandSpecification
        {
            CommandLine = run.Task.CommandLine,
            RootDirectory = root,
            Environment = environment.ForTask(run.Node, run.Job, run.Task.Id, root, definition),
            ContainerSettings = definition.Object("containerSettings"),
            ResourceFiles = [.. definition.Objects("resourceFiles")],
            OutputFiles = [.. definition.Objects("outputFiles")],
            MaxWallClockTime = run.Task.MaxWallClockTime,
        };
        return run.Task.Instances is null ? await commands.RunAsync(command, run.Stop, run.Marker) : await multiInstance.RunAsync(run, command);
    }
}

/// <summary>One assignment of a task to a node, from there to its outcome.</summary>
internal sealed class TaskRun(Job job, BatchTask task, Pool pool, Node node, int slots, IReadOnlyList<SubtaskRun> subtasks) : NodeWork(node, slots)
{
    public Job Job { get; } = job;

    public BatchTask Task { get; } = task;

    public Pool Pool { get; } = pool;

    /// <summary>The other instances of a multi-instance task; ids from 1 up.</summary>
    public IReadOnlyList<SubtaskRun> Subtasks { get; } = subtasks;

    /// <summary>All its work on nodes, the primary first.</summary>
    public IEnumerable<NodeWork> Instances => Subtasks.Prepend<NodeWork>(this);
}

/// <summary>One instance of a multi-instance task on a node other than the primary's.</summary>
/// <param name="node">The node.</param>
/// <param name="id">The instance, from 1; its record is the task's <see cref="Subtask"/> of that id.</param>
internal sealed class SubtaskRun(Node node, int id) : NodeWork(node, 1)
{
    public int Id { get; } = id;
}
