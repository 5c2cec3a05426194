using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Autoscale;
using DurableMl.Local.BatchEmulator.Faults;
using DurableMl.Local.BatchEmulator.Files;
using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.Processes;
using DurableMl.Local.BatchEmulator.Scheduling;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Tasks;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Pools;

/// <summary>The states of pools and their number of nodes. Every member is called inside an update. It owns the nodes, which tell it of their changes.</summary>
internal sealed class PoolLifecycle
{
    private readonly BatchAccount account;
    private readonly FaultPlan faults;
    private readonly AutoScaler scaler;

    public PoolLifecycle(
        BatchAccount account, BatchEmulatorOptions options, NodeCommand commands, NodeDirectories directories, TaskEnvironment environment, FaultPlan faults,
        AutoScaler scaler, ILoggerFactory logs)
    {
        (this.account, this.faults, this.scaler) = (account, faults, scaler);
        Nodes = new NodeLifecycle(account, options, commands, directories, environment, faults, this, logs.CreateLogger<NodeLifecycle>());
    }

    /// <summary>The nodes of all pools.</summary>
    public NodeLifecycle Nodes { get; }

    /// <summary>Goes on with what pools were about to do when the emulator stopped.</summary>
    public void Restore()
    {
        foreach (var pool in account.Pools.Values.ToList())
        {
            Settle(pool);
        }
    }

    /// <summary>A new pool; its nodes come by and by.</summary>
    public Pool Create(JsonObject definition)
    {
        var pool = new Pool { Id = definition.Text("id")!, Definition = definition, AllocationStateSince = account.Now };
        pool.State.Enter(PoolState.Active, account.Now);
        account.Add(pool);
        Resize(pool, definition.Integer("targetDedicatedNodes") ?? 0, definition.Integer("targetLowPriorityNodes") ?? 0, StopReason.Requeued);
        if (pool.AutoScaleEnabled)
        {
            scaler.Enable(pool);
        }

        return pool;
    }

    /// <summary>
    /// Gives the pool another number of nodes. <paramref name="leaving"/> says what becomes of tasks on nodes that leave; None lets them end.
    /// </summary>
    public void Resize(Pool pool, int dedicated, int lowPriority, StopReason leaving)
    {
        (pool.TargetDedicatedNodes, pool.TargetLowPriorityNodes) = (dedicated, lowPriority);
        pool.ResizeErrors = null;
        Enter(pool, AllocationState.Resizing);
        Fit(pool, dedicatedNodes: true, dedicated, leaving);
        Fit(pool, dedicatedNodes: false, lowPriority, leaving);
        Settle(pool);
    }

    /// <summary>Leaves the pool with the nodes it has.</summary>
    public void StopResize(Pool pool)
    {
        Enter(pool, AllocationState.Stopping);
        foreach (var node in pool.Nodes.Where(n => n.State.Current == NodeState.Creating).ToList())
        {
            Nodes.Leave(pool, node, StopReason.NodeLost);
        }

        pool.TargetDedicatedNodes = Staying(pool, dedicated: true).Count();
        pool.TargetLowPriorityNodes = Staying(pool, dedicated: false).Count();
        Settle(pool);
    }

    /// <summary>Takes single nodes out.</summary>
    public void Remove(Pool pool, IReadOnlyList<Node> leavingNodes, StopReason leaving)
    {
        Enter(pool, AllocationState.Resizing);
        pool.TargetDedicatedNodes -= leavingNodes.Count(n => n.Dedicated);
        pool.TargetLowPriorityNodes -= leavingNodes.Count(n => !n.Dedicated);
        foreach (var node in leavingNodes)
        {
            Nodes.Leave(pool, node, leaving);
        }

        Settle(pool);
    }

    /// <summary>Takes the pool away; tasks that ran on it wait for a pool of that name.</summary>
    public void Delete(Pool pool)
    {
        pool.State.Enter(PoolState.Deleting, account.Now);
        account.Touched(pool);
        foreach (var node in pool.Nodes.Where(n => n.State.Current != NodeState.LeavingPool).ToList())
        {
            Nodes.Leave(pool, node, StopReason.Requeued);
        }

        Settle(pool);
    }

    /// <summary>A node of the pool has come or gone, or got another state: the pool may have what it was resized to, or be empty at last.</summary>
    public void Settle(Pool pool)
    {
        if (pool.Deleting)
        {
            if (pool.Nodes.Count == 0 && account.Pools.GetValueOrDefault(pool.Id) == pool)
            {
                account.Delete(pool);
            }

            return;
        }

        if (pool.AllocationState != AllocationState.Steady && !pool.Nodes.Exists(n => n.State.Current is NodeState.Creating or NodeState.LeavingPool))
        {
            Enter(pool, AllocationState.Steady);
        }
    }

    private static IEnumerable<Node> Staying(Pool pool, bool dedicated) =>
        pool.Nodes.Where(n => n.Dedicated == dedicated && n.State.Current != NodeState.LeavingPool);

    private void Fit(Pool pool, bool dedicatedNodes, int target, StopReason leaving)
    {
        var staying = Staying(pool, dedicatedNodes).ToList();
        var quota = faults.NodeQuota(pool.Id);
        if (target > Math.Max(quota, staying.Count))
        {
            (pool.ResizeErrors ??= []).Add((JsonNode)new JsonObject
            {
                ["code"] = dedicatedNodes ? "AccountCoreQuotaReached" : "AccountLowPriorityCoreQuotaReached",
                ["message"] = "The specified account has reached core quota",
            });
        }

        for (var i = staying.Count; i < Math.Min(target, quota); i++)
        {
            Nodes.Add(pool, dedicatedNodes);
        }

        // Those with the least to lose go first.
        foreach (var node in staying.OrderBy(n => n.UsedSlots).ThenByDescending(n => n.Sequence).Take(staying.Count - target))
        {
            Nodes.Leave(pool, node, leaving);
        }
    }

    private void Enter(Pool pool, string allocationState)
    {
        if (pool.AllocationState != allocationState)
        {
            (pool.AllocationState, pool.AllocationStateSince) = (allocationState, account.Now);
        }

        account.Touched(pool);
    }
}
