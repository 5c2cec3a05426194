using System.Globalization;
using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Faults;
using DurableMl.Local.BatchEmulator.Files;
using DurableMl.Local.BatchEmulator.Pools;
using DurableMl.Local.BatchEmulator.Processes;
using DurableMl.Local.BatchEmulator.Scheduling;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Tasks;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Nodes;

/// <summary>The states of nodes, from creation to leaving the pool. Every member is called inside an update.</summary>
internal sealed class NodeLifecycle(
    BatchAccount account, BatchEmulatorOptions options, NodeCommand commands, NodeDirectories directories, TaskEnvironment environment,
    FaultPlan faults, PoolLifecycle pools, ILogger<NodeLifecycle> log)
{
    /// <summary>Boots the nodes that were there when the emulator stopped, and goes on with what they were about to do.</summary>
    public void Restore()
    {
        foreach (var pool in account.Pools.Values)
        {
            foreach (var node in pool.Nodes.ToList())
            {
                switch (node.State.Current)
                {
                    case NodeState.LeavingPool:
                        Leave(pool, node, StopReason.NodeLost);
                        break;
                    case NodeState.Creating or NodeState.Preempted or NodeState.Reimaging:
                        Create(pool, node);
                        break;
                    case NodeState.Deallocated or NodeState.Unusable:
                        break;
                    case NodeState.Deallocating:
                        Enter(pool, node, NodeState.Deallocated);
                        break;
                    default:
                        Boot(pool, node);
                        break;
                }
            }
        }
    }

    /// <summary>A new node in the pool.</summary>
    public Node Add(Pool pool, bool dedicated)
    {
        var taken = pool.Nodes.Select(n => n.IpAddress).ToHashSet();
        // Every 127.* address leads to this machine on Linux, so nodes of a multi-instance task can be told apart; elsewhere only the first does.
        var ip = OperatingSystem.IsLinux()
            ? Enumerable.Range(1, 65000).Select(i => string.Create(CultureInfo.InvariantCulture, $"127.0.{i / 250}.{(i % 250) + 1}")).First(a => !taken.Contains(a))
            : "127.0.0.1";
        var node = new Node
        {
            Id = $"tvmps_{Guid.NewGuid():N}_{(dedicated ? 'd' : 'p')}",
            PoolId = pool.Id,
            Dedicated = dedicated,
            IpAddress = ip,
            AllocationTime = account.Now,
            LastBootTime = account.Now,
        };
        account.Add(node);
        Create(pool, node);
        return node;
    }

    /// <summary>Takes the node out of the pool; its tasks are treated as the reason says, or run to their end for None.</summary>
    public void Leave(Pool pool, Node node, StopReason reason)
    {
        Enter(pool, node, NodeState.LeavingPool);
        StopWork(node, reason, options.TerminationGrace);
        WhenEmpty(node, () =>
        {
            account.Delete(node);
            Discard(node);
            pools.Settle(pool);
        });
    }

    /// <summary>
    /// What a spot eviction does: notice, grace, kill, disk lost. The node stays in the pool and comes back; its tasks are active again.
    /// </summary>
    public void Preempt(Pool pool, Node node, TimeSpan grace)
    {
        Enter(pool, node, NodeState.Preempted);
        StopWork(node, StopReason.NodeLost, grace);
        WhenEmpty(node, () =>
        {
            LoseDisk(node);
            var boots = node.Boots;
            account.At(account.Now + options.PreemptedTime, () =>
            {
                if (node.Boots == boots && node.State.Current == NodeState.Preempted)
                {
                    Create(pool, node);
                }
            });
        });
    }

    /// <summary>Brings the node into a state, lets its work end as the reason says (None waits for it), then goes on.</summary>
    public void Interrupt(Pool pool, Node node, string state, StopReason reason, Action next)
    {
        Enter(pool, node, state);
        StopWork(node, reason, options.TerminationGrace);
        WhenEmpty(node, next);
    }

    /// <summary>Gives the node no further tasks; it is offline once it runs none.</summary>
    public void DisableScheduling(Pool pool, Node node, StopReason reason)
    {
        node.SchedulingEnabled = false;
        account.Changed(node);
        StopWork(node, reason, options.TerminationGrace);
        if (node.State.Current == NodeState.Idle)
        {
            Enter(pool, node, NodeState.Offline);
        }
    }

    /// <summary>Gives the node tasks again.</summary>
    public void EnableScheduling(Pool pool, Node node)
    {
        node.SchedulingEnabled = true;
        account.Changed(node);
        account.WantScheduling();
        if (node.State.Current == NodeState.Offline)
        {
            Enter(pool, node, NodeState.Idle);
        }
    }

    /// <summary>Empties the node; what tasks left there is gone.</summary>
    public void LoseDisk(Node node)
    {
        node.Disks++;
        account.Changed(node);
        Discard(node);
    }

    /// <summary>Moves the node to a state.</summary>
    public void Enter(Pool pool, Node node, string state)
    {
        if (node.State.Enter(state, account.Now))
        {
            account.Changed(node);
            account.WantScheduling();
            pools.Settle(pool);
        }
    }

    /// <summary>Allocates the node, then boots it.</summary>
    public void Create(Pool pool, Node node)
    {
        Enter(pool, node, NodeState.Creating);
        At(pool, node, NodeState.Creating, options.NodeAllocationTime, () =>
        {
            node.AllocationTime = account.Now;
            Boot(pool, node);
        });
    }

    /// <summary>Starts the node and its start task.</summary>
    public void Boot(Pool pool, Node node)
    {
        node.Boots++;
        Enter(pool, node, NodeState.Starting);
        At(pool, node, NodeState.Starting, options.NodeBootTime, () =>
        {
            node.LastBootTime = account.Now;
            directories.Create(pool.Id, node.Id);
            commands.Mounts.Attach(directories.Mounts(pool.Id, node.Id), pool.Definition);
            if (faults.FailsNodeStart(pool.Id))
            {
                node.Errors = [new JsonObject { ["code"] = "NodePreparationError", ["message"] = "The node could not be prepared" }];
                Enter(pool, node, NodeState.Unusable);
                return;
            }

            node.Errors = null;
            if (pool.Definition.Object("startTask") is not { } startTask)
            {
                Enter(pool, node, node.RestingState);
                return;
            }

            Enter(pool, node, startTask.Flag("waitForSuccess", otherwise: true) ? NodeState.WaitingForStartTask : node.RestingState);
            RunStartTask(pool, node, startTask, retries: 0);
        });
    }

    /// <summary>Asks all work on the node to stop, unless the reason is None.</summary>
    public void StopWork(Node node, StopReason reason, TimeSpan grace)
    {
        foreach (var work in node.Work.Where(_ => reason != StopReason.None))
        {
            account.Stop(work, reason, grace, "The node of the task was removed by user request");
        }
    }

    /// <summary>In an update of its own once nothing runs on the node any more; dropped when the node has another state by then.</summary>
    public void WhenEmpty(Node node, Action body)
    {
        var state = node.State.Current;
        var work = node.Work.Select(w => w.Completion).ToArray();
        account.After(() => _ = WaitAsync());

        async Task WaitAsync()
        {
            try
            {
                await Task.WhenAll(work);
                await account.StoreAsync(() =>
                {
                    if (node.State.Current == state)
                    {
                        body();
                    }
                });
            }
            catch (ObjectDisposedException) when (account.IsClosed)
            {
                // The emulator stops; Restore goes on from the node's state.
            }
            catch (Exception e)
            {
                log.LogError(e, "Node {Node} could not be cleared", node.Id);
            }
        }
    }

    private void Discard(Node node) => account.After(() =>
    {
        commands.Mounts.Detach(directories.Mounts(node.PoolId, node.Id));
        NodeDirectories.Delete(directories.Discard(node.PoolId, node.Id));
    });

    private void At(Pool pool, Node node, string state, TimeSpan delay, Action body)
    {
        var boots = node.Boots;
        account.At(account.Now + delay, () =>
        {
            if (node.Boots == boots && node.State.Current == state && pool.Nodes.Contains(node))
            {
                body();
            }
        });
    }

    private void RunStartTask(Pool pool, Node node, JsonObject startTask, int retries)
    {
        var run = new StartTaskRun(node);
        account.Started(run);
        node.StartTaskInfo = new JsonObject { ["state"] = "running", ["startTime"] = Iso8601.Time(account.Now), ["retryCount"] = retries };
        account.Changed(node);
        account.After(() => _ = Task.Run(() => ExecuteAsync(pool, run, startTask, retries)));
    }

    private async Task ExecuteAsync(Pool pool, StartTaskRun run, JsonObject startTask, int retries)
    {
        var node = run.Node;
        var variables = environment.ForNode(node);
        var root = directories.Startup(pool.Id, node.Id);
        variables["AZ_BATCH_TASK_DIR"] = root;
        variables["AZ_BATCH_TASK_WORKING_DIR"] = Path.Combine(root, "wd");
        TaskEnvironment.Apply(variables, startTask.Objects("environmentSettings"));
        try
        {
            var outcome = await commands.RunAsync(new CommandSpecification
            {
                CommandLine = startTask.Text("commandLine")!,
                RootDirectory = root,
                Environment = variables,
                ContainerSettings = startTask.Object("containerSettings"),
                ResourceFiles = [.. startTask.Objects("resourceFiles")],
            }, run.Stop, run.Marker);
            await account.StoreAsync(() => Finish(pool, run, startTask, retries, outcome));
        }
        catch (ObjectDisposedException) when (account.IsClosed)
        {
            // The emulator stops; the node boots again at the next start.
        }
        catch (Exception e)
        {
            log.LogError(e, "The end of the start task of node {Node} could not be recorded", node.Id);
        }
        finally
        {
            run.Complete();
            run.Stop.Dispose();
        }
    }

    private void Finish(Pool pool, StartTaskRun run, JsonObject startTask, int retries, CommandOutcome outcome)
    {
        var node = run.Node;
        if (!account.Ended(run) || run.Stop.Reason != StopReason.None)
        {
            return;
        }

        var info = node.StartTaskInfo!;
        info["state"] = "completed";
        info["endTime"] = Iso8601.Time(account.Now);
        info["result"] = outcome.Failure is null ? "success" : "failure";
        info.Put("exitCode", outcome.ExitCode);
        info.Put("failureInfo", outcome.Failure?.ToJson());
        info.Put("containerInfo", outcome.ContainerInfo);
        account.Changed(node);
        if (outcome.Failure is null)
        {
            if (node.State.Current == NodeState.WaitingForStartTask)
            {
                Enter(pool, node, node.RestingState);
            }

            return;
        }

        var most = startTask.Integer("maxTaskRetryCount") ?? 0;
        if (outcome.Stage == CommandStage.Command && (most < 0 || retries < most))
        {
            RunStartTask(pool, node, startTask, retries + 1);
            node.StartTaskInfo!["lastRetryTime"] = Iso8601.Time(account.Now);
        }
        else if (node.State.Current == NodeState.WaitingForStartTask)
        {
            Enter(pool, node, NodeState.StartTaskFailed);
        }
    }
}

/// <summary>A start task on its way; it takes no slot.</summary>
internal sealed class StartTaskRun(Node node) : NodeWork(node, 0);
