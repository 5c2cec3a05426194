using System.Globalization;

namespace DurableMl.Local.Functions.Queues;

/// <summary>host.json's <c>extensions.queues</c>.</summary>
/// <param name="BatchSize">How many messages are taken at once: 16, at most 32.</param>
/// <param name="NewBatchThreshold">With this many or fewer under way, the next ones are taken: half the batch.</param>
/// <param name="MaxDequeueCount">A message that has been taken this often and fails goes to the poison queue: 5.</param>
/// <param name="VisibilityTimeout">How long a message that failed stays hidden: 0.</param>
/// <param name="MaxPollingInterval">The longest wait between looks at an empty queue; 2 s, where the genuine host waits up to a minute.</param>
/// <param name="Base64">Whether messages are Base64: yes, unless <c>messageEncoding</c> is <c>none</c>.</param>
internal sealed record QueueTriggerOptions(
    int BatchSize,
    int NewBatchThreshold,
    int MaxDequeueCount,
    TimeSpan VisibilityTimeout,
    TimeSpan MaxPollingInterval,
    bool Base64
)
{
    private const string Section = "extensions:queues:";

    public static QueueTriggerOptions From(HostSettings settings)
    {
        int batchSize = settings.HostNumber(Section + "batchSize", 16);
        if (batchSize > 32)
        {
            throw new InvalidOperationException(
                $"host.json: extensions.queues.batchSize is {batchSize}: a queue gives 32 messages at most."
            );
        }

        return new QueueTriggerOptions(
            batchSize,
            settings.HostNumber(Section + "newBatchThreshold", Math.Max(1, batchSize / 2)),
            settings.HostNumber(Section + "maxDequeueCount", 5),
            Time(settings, "visibilityTimeout", TimeSpan.Zero),
            Time(settings, "maxPollingInterval", TimeSpan.FromSeconds(2)),
            !string.Equals(settings.Host[Section + "messageEncoding"], "none", StringComparison.OrdinalIgnoreCase)
        );
    }

    private static TimeSpan Time(HostSettings settings, string name, TimeSpan fallback)
    {
        if (settings.Host[Section + name] is not { Length: > 0 } text)
        {
            return fallback;
        }

        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan value) && value >= TimeSpan.Zero
            ? value
            : throw new InvalidOperationException($"host.json: extensions.queues.{name} is '{text}': give hh:mm:ss.");
    }
}
