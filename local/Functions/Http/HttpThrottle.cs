using System.Threading.RateLimiting;

namespace DurableMl.Local.Functions.Http;

/// <summary>
/// host.json's <c>extensions.http.maxConcurrentRequests</c> (functions running) and <c>maxOutstandingRequests</c> (running and waiting).
/// Neither limits anything when not set; what is beyond them is answered 429.
/// </summary>
internal sealed class HttpThrottle : IDisposable
{
    private readonly ConcurrencyLimiter? limiter;

    public HttpThrottle(HostSettings settings)
    {
        int concurrent = Limit(settings, "maxConcurrentRequests");
        int outstanding = Limit(settings, "maxOutstandingRequests");
        if (concurrent == int.MaxValue && outstanding == int.MaxValue)
        {
            return;
        }

        int running = Math.Min(concurrent, outstanding);
        limiter = new ConcurrencyLimiter(
            new ConcurrencyLimiterOptions
            {
                PermitLimit = running,
                QueueLimit = outstanding == int.MaxValue ? int.MaxValue : outstanding - running,
                QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
            }
        );
    }

    /// <summary>A place to run, to be disposed of; null where there is none.</summary>
    public async ValueTask<IDisposable?> EnterAsync(CancellationToken cancellation)
    {
        if (limiter is null)
        {
            return Unlimited.Instance;
        }

        RateLimitLease lease = await limiter.AcquireAsync(permitCount: 1, cancellation);
        if (lease.IsAcquired)
        {
            return lease;
        }

        lease.Dispose();
        return null;
    }

    public void Dispose() => limiter?.Dispose();

    private static int Limit(HostSettings settings, string name) =>
        settings.Host[$"extensions:http:{name}"] == "-1" ? int.MaxValue : settings.HostNumber($"extensions:http:{name}", int.MaxValue);

    private sealed class Unlimited : IDisposable
    {
        public static readonly Unlimited Instance = new();

        public void Dispose() { }
    }
}
