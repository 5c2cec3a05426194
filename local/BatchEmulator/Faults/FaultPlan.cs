using System.Globalization;
using System.IO.Enumeration;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Faults;

/// <summary>The faults that are to happen: those asked for under /admin, and by chance those of the configured schedule.</summary>
internal sealed class FaultPlan(FaultScheduleOptions schedule)
{
    private const int Most = 1000;

    private readonly Lock gate = new();
    private readonly List<Fault> faults = [];
    private readonly Random random = new(schedule.Seed);
    private int lastId;

    /// <summary>The faults that are still to happen.</summary>
    public IReadOnlyList<Fault> Pending
    {
        get
        {
            lock (gate)
            {
                return [.. faults];
            }
        }
    }

    /// <summary>Plans one.</summary>
    public Fault Add(Fault fault)
    {
        lock (gate)
        {
            if (faults.Count >= Most)
            {
                throw BatchErrors.Conflict("OperationInvalidForCurrentState", $"There are {Most} faults already.");
            }

            fault.Id = ++lastId;
            faults.Add(fault);
            return fault;
        }
    }

    /// <summary>Calls one off.</summary>
    public bool Remove(int id)
    {
        lock (gate)
        {
            return faults.RemoveAll(f => f.Id == id) > 0;
        }
    }

    /// <summary>Delays or refuses the request if that is planned.</summary>
    /// <exception cref="BatchException">429 with Retry-After.</exception>
    public async Task MeetAsync(HttpRequest request, TimeProvider clock)
    {
        if (Take(f => f.Kind == FaultKind.Delay && Concerns(f, request)) is { } delay)
        {
            await Task.Delay(TimeSpan.FromSeconds(delay.Seconds), clock, request.HttpContext.RequestAborted);
        }

        if (Take(f => f.Kind == FaultKind.Throttle && Concerns(f, request)) is { } throttle)
        {
            throw TooManyRequests(throttle.Seconds);
        }

        if (Happens(schedule.ThrottleProbability))
        {
            throw TooManyRequests(1);
        }
    }

    /// <summary>Whether the next start of a node of the pool is to fail.</summary>
    public bool FailsNodeStart(string poolId) =>
        Take(f => f.Kind == FaultKind.NodeStart && Matches(f.Pool, poolId)) is not null || Happens(schedule.NodeStartFailureProbability);

    /// <summary>Whether the image cannot be pulled this time.</summary>
    public bool FailsImagePull(string image) => Take(f => f.Kind == FaultKind.ImagePull && Matches(f.Image, image)) is not null;

    /// <summary>Whether no further pool can be created this time.</summary>
    public bool FailsPoolCreation() => Take(f => f.Kind == FaultKind.PoolQuota) is not null;

    /// <summary>The nodes of a kind that the pool can have.</summary>
    public int NodeQuota(string poolId)
    {
        lock (gate)
        {
            return faults.Where(f => f.Kind == FaultKind.Quota && Matches(f.Pool, poolId)).Select(f => f.MaxNodes).DefaultIfEmpty(int.MaxValue).Min();
        }
    }

    private static BatchException TooManyRequests(double seconds) =>
        new(429, "TooManyRequests", "The service is throttling requests; try again later.", ("RetryAfterSeconds", seconds.ToString(CultureInfo.InvariantCulture)))
        {
            RetryAfter = TimeSpan.FromSeconds(seconds),
        };

    private static bool Concerns(Fault fault, HttpRequest request) => Matches(fault.Method, request.Method) && Matches(fault.Path, request.Path.Value!);

    private static bool Matches(string? pattern, string value) => pattern is null || FileSystemName.MatchesSimpleExpression(pattern, value);

    private bool Happens(double probability)
    {
        if (probability <= 0)
        {
            return false;
        }

        lock (gate)
        {
            // Seeded, so that a run can be repeated; nothing secret hangs on it.
#pragma warning disable CA5394
            return random.NextDouble() < probability;
#pragma warning restore CA5394
        }
    }

    private Fault? Take(Predicate<Fault> wanted)
    {
        lock (gate)
        {
            var fault = faults.Find(wanted);
            if (fault?.Count is not null && --fault.Count <= 0)
            {
                faults.Remove(fault);
            }

            return fault;
        }
    }
}
