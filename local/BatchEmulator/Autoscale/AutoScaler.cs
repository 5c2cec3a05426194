using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Faults;
using DurableMl.Local.BatchEmulator.Files;
using DurableMl.Local.BatchEmulator.Pools;
using DurableMl.Local.BatchEmulator.Processes;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Tasks;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Autoscale;

/// <summary>Samples the metrics of pools and sizes those with a formula. Every member is called inside an update. It owns the pools, which tell it when one scales by itself.</summary>
internal sealed class AutoScaler
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromMinutes(15);

    private readonly Dictionary<string, PoolMetrics> metrics = new(StringComparer.OrdinalIgnoreCase);
    private readonly ProcessorUsage processor = new();
    private readonly Random random = new();
    private readonly BatchAccount account;

    public AutoScaler(
        BatchAccount account, BatchEmulatorOptions options, NodeCommand commands, NodeDirectories directories, TaskEnvironment environment, FaultPlan faults,
        ILoggerFactory logs)
    {
        this.account = account;
        Pools = new PoolLifecycle(account, options, commands, directories, environment, faults, this, logs);
    }

    /// <summary>The pools, those with a formula and those without.</summary>
    public PoolLifecycle Pools { get; }

    /// <summary>Begins to sample, and to evaluate the formulas there are.</summary>
    public void Start()
    {
        SampleAll();
        foreach (var pool in account.Pools.Values.Where(p => p.AutoScaleEnabled))
        {
            Enable(pool);
        }
    }

    /// <summary>Evaluates the pool's formula now and then every interval, until it is enabled anew or disabled.</summary>
    public void Enable(Pool pool)
    {
        // Read once: the time tells this enabling from a later one.
        var now = account.Now;
        pool.AutoScaleEnabledAt = now;
        account.Changed(pool);
        Run(pool, now);
    }

    /// <summary>Evaluates a formula without applying it.</summary>
    public (AutoScaleDecision? Decision, JsonObject Run) Evaluate(Pool pool, string formula)
    {
        var run = new JsonObject { ["timestamp"] = Iso8601.Time(account.Now) };
        try
        {
            var decision = AutoScaleDecision.Evaluate(
                formula, pool.TargetDedicatedNodes, pool.TargetLowPriorityNodes, Metrics(pool).Histories, account.Now, random);
            run["results"] = decision.Results;
            return (decision, run);
        }
        catch (FormulaException e)
        {
            run["error"] = new JsonObject { ["code"] = e.Code, ["message"] = e.Message };
            return (null, run);
        }
    }

    private void Run(Pool pool, DateTimeOffset enabledAt)
    {
        if (!pool.AutoScaleEnabled || pool.AutoScaleEnabledAt != enabledAt || pool.Deleting || account.Pools.GetValueOrDefault(pool.Id) != pool)
        {
            return;
        }

        var (decision, run) = Evaluate(pool, pool.Definition.Text("autoScaleFormula")!);
        pool.AutoScaleRun = run;
        account.Changed(pool);
        if (decision is not null && (decision.DedicatedNodes, decision.LowPriorityNodes) != (pool.TargetDedicatedNodes, pool.TargetLowPriorityNodes))
        {
            if (decision.DedicatedNodes > PoolValidation.MostNodes || decision.LowPriorityNodes > PoolValidation.MostNodes)
            {
                run["error"] = new JsonObject { ["code"] = "InvalidTargetNodes", ["message"] = $"A pool of the emulator has at most {PoolValidation.MostNodes} nodes of a kind." };
            }
            else
            {
                Pools.Resize(pool, decision.DedicatedNodes, decision.LowPriorityNodes, PoolOperations.Leaving(decision.NodeDeallocationOption));
            }
        }

        account.At(account.Now + (pool.Definition.Duration("autoScaleEvaluationInterval") ?? DefaultInterval), () => Run(pool, enabledAt));
    }

    private void SampleAll()
    {
        var percent = processor.Percent();
        foreach (var gone in metrics.Keys.Where(id => !account.Pools.ContainsKey(id)).ToList())
        {
            metrics.Remove(gone);
        }

        foreach (var pool in account.Pools.Values)
        {
            Metrics(pool).Sample(account, pool, percent);
        }

        account.At(account.Now + MetricHistory.Period, SampleAll);
    }

    private PoolMetrics Metrics(Pool pool)
    {
        if (!metrics.TryGetValue(pool.Id, out var own))
        {
            metrics[pool.Id] = own = new PoolMetrics();
        }

        return own;
    }
}
