using System.Diagnostics.Metrics;

namespace DurableMl.Inference.Telemetry;

/// <summary>The instruments of the meter <c>DurableMl.Inference</c>. Every measurement carries <c>model</c> and <c>version</c>; seconds and bytes are the units.</summary>
public sealed class InferenceMeter : IDisposable
{
    /// <summary>The meter's name, to subscribe to.</summary>
    public const string Name = "DurableMl.Inference";

    private readonly Meter meter = new(Name);

    /// <summary>Creates the instruments.</summary>
    public InferenceMeter()
    {
        Requests = meter.CreateCounter<long>("durableml.inference.requests", "{request}", "Inference requests answered");
        Errors = meter.CreateCounter<long>("durableml.inference.errors", "{request}", "Inference requests answered with an error, by HTTP status");
        Duration = Histogram("durableml.inference.duration", "Time from a request's arrival to its answer");
        QueueTime = Histogram("durableml.inference.queue.duration", "Time a request waited for its run");
        RunTime = Histogram("durableml.inference.run.duration", "Time of one run of the model");
        BatchSize = meter.CreateHistogram("durableml.inference.batch.size", "{row}", "Rows in a run", null, new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256] });
        QueueLength = meter.CreateUpDownCounter<long>("durableml.inference.queue.length", "{request}", "Requests waiting for a run");
        ColdLoads = meter.CreateCounter<long>("durableml.inference.loads", "{load}", "Models loaded into memory");
        LoadTime = Histogram("durableml.inference.load.duration", "Time to load a model into memory, download included");
        Memory = meter.CreateUpDownCounter<long>("durableml.inference.memory", "By", "Size of the files of the models in memory");
    }

    internal Counter<long> Requests { get; }

    internal Counter<long> Errors { get; }

    internal Histogram<double> Duration { get; }

    internal Histogram<double> QueueTime { get; }

    internal Histogram<double> RunTime { get; }

    internal Histogram<long> BatchSize { get; }

    internal UpDownCounter<long> QueueLength { get; }

    internal Counter<long> ColdLoads { get; }

    internal Histogram<double> LoadTime { get; }

    internal UpDownCounter<long> Memory { get; }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    private Histogram<double> Histogram(string name, string description) =>
        meter.CreateHistogram(
            name, "s", description, null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });
}
