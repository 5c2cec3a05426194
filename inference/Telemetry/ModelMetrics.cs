using System.Diagnostics;

namespace DurableMl.Inference.Telemetry;

/// <summary>The measurements of one model version.</summary>
internal sealed class ModelMetrics(InferenceMeter meter, string model, string version)
{
    private readonly TagList tags = new() { { "model", model }, { "version", version } };

    public void QueueTime(TimeSpan elapsed) => meter.QueueTime.Record(elapsed.TotalSeconds, tags);

    public void Ran(TimeSpan elapsed, int rows)
    {
        meter.RunTime.Record(elapsed.TotalSeconds, tags);
        meter.BatchSize.Record(rows, tags);
    }

    public void Queued(int change) => meter.QueueLength.Add(change, tags);

    public void Answered(TimeSpan elapsed)
    {
        meter.Requests.Add(1, tags);
        meter.Duration.Record(elapsed.TotalSeconds, tags);
    }

    public void Failed(int status)
    {
        meter.Requests.Add(1, tags);
        meter.Errors.Add(1, [.. tags, new("status", status)]);
    }

    public void Loaded(TimeSpan elapsed, long bytes)
    {
        meter.ColdLoads.Add(1, tags);
        meter.LoadTime.Record(elapsed.TotalSeconds, tags);
        meter.Memory.Add(bytes, tags);
    }

    public void Resized(long change) => meter.Memory.Add(change, tags);

    public void Unloaded(long bytes) => meter.Memory.Add(-bytes, tags);
}
