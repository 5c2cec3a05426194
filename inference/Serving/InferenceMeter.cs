using System.Diagnostics.Metrics;
using System.Diagnostics;

namespace DurableMl.Inference.Serving;

/// <summary>The instruments of the meter <c>DurableMl.Inference</c>. Every measurement carries <c>model</c> and <c>version</c>; seconds and bytes are the units.</summary>
public sealed class InferenceMeter(Meter meter) : IDisposable
{
    /// <summary>The meter's name, to subscribe to.</summary>
    public const string Name = "DurableMl.Inference";

    /// <summary>Creates the meter.</summary>
    public InferenceMeter()
        : this(new Meter(Name))
    {
    }

    internal Counter<long> Requests { get; } = meter.CreateCounter<long>("durableml.inference.requests", "{request}", "Inference requests answered");
    internal Counter<long> Errors { get; } = meter.CreateCounter<long>("durableml.inference.errors", "{request}", "Inference requests answered with an error, by HTTP status");
    internal Histogram<double> Duration { get; } = Histogram(meter, "durableml.inference.duration", "Time from a request's arrival to its answer");
    internal Histogram<double> QueueTime { get; } = Histogram(meter, "durableml.inference.queue.duration", "Time a request waited for its run");
    internal Histogram<double> RunTime { get; } = Histogram(meter, "durableml.inference.run.duration", "Time of one run of the model");
    internal Histogram<long> BatchSize { get; } = meter.CreateHistogram("durableml.inference.batch.size", "{row}", "Rows in a run", null, new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256] });
    internal UpDownCounter<long> QueueLength { get; } = meter.CreateUpDownCounter<long>("durableml.inference.queue.length", "{request}", "Requests waiting for a run");
    internal Counter<long> ColdLoads { get; } = meter.CreateCounter<long>("durableml.inference.loads", "{load}", "Models loaded into memory");
    internal Histogram<double> LoadTime { get; } = Histogram(meter, "durableml.inference.load.duration", "Time to load a model into memory, download included");
    internal UpDownCounter<long> Memory { get; } = meter.CreateUpDownCounter<long>("durableml.inference.memory", "By", "Memory that loaded models take");
    internal Counter<long> RouteRequests { get; } = meter.CreateCounter<long>("durableml.inference.route.requests", "{request}", "Requests by the traffic rules' route and version, and whether they failed");
    internal Histogram<double> RouteDuration { get; } = Histogram(meter, "durableml.inference.route.duration", "Time to answer by route and version");
    internal Counter<long> Comparisons { get; } = meter.CreateCounter<long>("durableml.inference.shadow.comparisons", "{request}", "Answers of shadows, and whether they agreed with the ones given");
    internal Counter<long> Labels { get; } = meter.CreateCounter<long>("durableml.inference.labels", "{example}", "Examples whose true class came, and whether it was predicted");
    internal Gauge<double> Drift { get; } = meter.CreateGauge<double>("durableml.inference.drift", "{standard deviation}", "How far the inputs' mean is from that of the examples that the version was evaluated on, in the feature that is farthest");

    internal void Answered(string model, string route, string? version, TimeSpan latency, bool failed)
    {
        TagList tags = Tags(model, route, version);
        RouteDuration.Record(latency.TotalSeconds, tags);
        tags.Add("failed", failed ? "true" : "false");
        RouteRequests.Add(1, tags);
    }

    internal void Compared(string model, string route, string version, bool agreed) =>
        Comparisons.Add(1, [.. Tags(model, route, version), new("agreed", agreed ? "true" : "false")]);

    internal void Labelled(string model, string route, string version, int correct, int wrong)
    {
        Labels.Add(correct, [.. Tags(model, route, version), new("correct", "true")]);
        Labels.Add(wrong, [.. Tags(model, route, version), new("correct", "false")]);
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    private static TagList Tags(string model, string route, string? version) => new() { { "model", model }, { "route", route }, { "version", version ?? "" } };

    private static Histogram<double> Histogram(Meter meter, string name, string description) =>
        meter.CreateHistogram(
            name, "s", description, null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });
}

/// <summary>The measurements of one model version.</summary>
internal sealed class ModelMetrics(InferenceMeter meter, string model, string version)
{
    private readonly TagList tags = new() { { "model", model }, { "version", version } };

    /// <summary>The same for who asks for this version.</summary>
    public ModelStatistics Statistics { get; private set; } = new(model, version);

    /// <summary>Forgets what the statistics have of the warm-up.</summary>
    public void BeginStatistics() => Statistics = new(model, version);

    public void QueueTime(TimeSpan elapsed)
    {
        meter.QueueTime.Record(elapsed.TotalSeconds, tags);
        Statistics.Queue.Add(elapsed);
    }

    public void Ran(TimeSpan elapsed, int rows)
    {
        meter.RunTime.Record(elapsed.TotalSeconds, tags);
        meter.BatchSize.Record(rows, tags);
        Statistics.ComputeInfer.Add(elapsed);
    }

    public void Queued(int change) => meter.QueueLength.Add(change, tags);

    public void Answered(TimeSpan elapsed)
    {
        meter.Requests.Add(1, tags);
        meter.Duration.Record(elapsed.TotalSeconds, tags);
        Statistics.Success.Add(elapsed);
    }

    public void Failed(int status, TimeSpan elapsed)
    {
        Statistics.Fail.Add(elapsed);
        meter.Requests.Add(1, tags);
        meter.Errors.Add(1, [.. tags, new("status", status)]);
    }

    public void Loaded(TimeSpan elapsed)
    {
        meter.ColdLoads.Add(1, tags);
        meter.LoadTime.Record(elapsed.TotalSeconds, tags);
    }

    public void Drifted(double largest) => meter.Drift.Record(largest, tags);
}
