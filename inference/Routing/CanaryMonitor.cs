using System.Globalization;

namespace DurableMl.Inference.Routing;

/// <summary>Watches the latest requests of a canary and says once when it has to be taken back.</summary>
internal sealed class CanaryMonitor(CanaryRollback limits)
{
    private readonly Lock gate = new();
    private readonly double[] latencies = new double[limits.Window];
    private readonly bool[] failures = new bool[limits.Window];
    private int seen;
    private int failed;

    /// <summary>Whether the canary was found wanting here; it gets no further request.</summary>
    public bool IsTripped { get; private set; }

    /// <summary>Counts a request of the canary.</summary>
    /// <returns>Why it has to be taken back, the first time that it has to; otherwise null.</returns>
    public string? Record(bool failure, TimeSpan latency)
    {
        lock (gate)
        {
            int slot = seen % limits.Window;
            failed += (failure ? 1 : 0) - (seen >= limits.Window && failures[slot] ? 1 : 0);
            failures[slot] = failure;
            latencies[slot] = latency.TotalMilliseconds;
            seen++;
            if (IsTripped || seen < limits.MinRequests)
            {
                return null;
            }

            string? reason = Judge(Math.Min(seen, limits.Window));
            IsTripped = reason is not null;
            return reason;
        }
    }

    private string? Judge(int count)
    {
        if (failed > limits.MaxErrorRate * count)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{failed} of the latest {count} requests failed; {limits.MaxErrorRate:P1} may.");
        }

        if (limits.MaxLatencyMilliseconds is { } bound)
        {
            // More than 5 % above the bound is the same as a 95th percentile above it.
            int above = 0;
            for (int i = 0; i < count; i++)
            {
                above += latencies[i] > bound ? 1 : 0;
            }

            if (above > 0.05 * count)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{above} of the latest {count} requests took more than {bound} ms; 5 % may.");
            }
        }

        return null;
    }
}
