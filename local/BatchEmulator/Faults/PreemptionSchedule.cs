using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.State;

namespace DurableMl.Local.BatchEmulator.Faults;

/// <summary>Preempts spot nodes by chance, as often as configured.</summary>
internal sealed class PreemptionSchedule(BatchAccount account, NodeLifecycle nodes, BatchEmulatorOptions options)
{
    private readonly Random random = new(options.Faults.Seed);

    /// <summary>Plans the next preemption; called inside an update.</summary>
    public void Plan()
    {
        if (options.Faults.PreemptionInterval is not { } mean)
        {
            return;
        }

        // Seeded, so that a run can be repeated; nothing secret hangs on it.
#pragma warning disable CA5394
        var wait = mean * -Math.Log(1 - random.NextDouble());
        var choice = random.NextDouble();
#pragma warning restore CA5394
        account.At(account.Now + wait, () =>
        {
            var candidates = account.Pools.Values.OrderBy(p => p.Sequence)
                .SelectMany(p => p.Nodes.Where(n => !n.Dedicated && (n.State.Current is NodeState.Idle or NodeState.Running)).Select(n => (Pool: p, Node: n))).ToList();
            if (candidates.Count > 0)
            {
                var (pool, node) = candidates[(int)(choice * candidates.Count)];
                nodes.Preempt(pool, node, options.PreemptionGrace);
            }

            Plan();
        });
    }
}
