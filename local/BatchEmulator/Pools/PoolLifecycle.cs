using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Faults;
using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.Scheduling;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Pools;

/// <summary>The states of pools and their number of nodes. Every member is called inside an update.</summary>
internal sealed class PoolLifecycle
{
    private readonly BatchAccount account;
    private readonly NodeLifecycle nodes;
    private readonly FaultPlan faults;

    public PoolLifecycle(BatchAccount account, NodeLifecycle nodes, FaultPlan faults)
    {
        (this.account, this.nodes, this.faults) = (account, nodes, faults);
        nodes.Changed += Settle;
    }

    /// <summary>A pool with automatic scaling has been created.</summary>
    public Action<Pool>? AutoScaleEnabled { get; set; }

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
        account.Added(pool);
        account.Pools.Add(pool.Id, pool);
        Resize(pool, definition.Integer("targetDedicatedNodes") ?? 0, definition.Integer("targetLowPriorityNodes") ?? 0, StopReason.Requeued);
        if (pool.AutoScaleEnabled)
        {
            AutoScaleEnabled?.Invoke(pool);
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
            nodes.Leave(pool, node, StopReason.NodeLost);
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
            nodes.Leave(pool, node, leaving);
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
            nodes.Leave(pool, node, StopReason.Requeued);
        }

        Settle(pool);
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
            nodes.Add(pool, dedicatedNodes);
        }

        // Those with the least to lose go first.
        foreach (var node in staying.OrderBy(n => n.UsedSlots).ThenByDescending(n => n.Sequence).Take(staying.Count - target))
        {
            nodes.Leave(pool, node, leaving);
        }
    }

    private void Settle(Pool pool)
    {
        if (pool.Deleting)
        {
            if (pool.Nodes.Count == 0 && account.Pools.Remove(pool.Id))
            {
                account.Deleted(pool);
            }

            return;
        }

        if (pool.AllocationState != AllocationState.Steady && !pool.Nodes.Exists(n => n.State.Current is NodeState.Creating or NodeState.LeavingPool))
        {
            Enter(pool, AllocationState.Steady);
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
