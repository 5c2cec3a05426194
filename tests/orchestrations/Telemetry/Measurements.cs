using System.Diagnostics.Metrics;
using DurableMl.Orchestrations.Telemetry;

namespace Orchestrations.Tests.Telemetry;

/// <summary>What one meter measures.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly List<(string Name, double Value, string Tags)> all = [];

    public Measurements(PipelineMeter meter)
    {
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter == meter.Meter)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
    }

    /// <summary>The measurements of an instrument, such as <c>1 state=published</c>, in order of the text.</summary>
    public string Of(string name) => string.Join(", ", Find(name).Select(measured => FormattableString.Invariant($"{measured.Value} {measured.Tags}").Trim()).Order(StringComparer.Ordinal));

    /// <summary>What the measurements of an instrument are about, without their values.</summary>
    public string Tags(string name) => string.Join(", ", Find(name).Select(measured => measured.Tags).Order(StringComparer.Ordinal));

    /// <summary>The values of an instrument.</summary>
    public IReadOnlyList<double> Values(string name) => [.. Find(name).Select(measured => measured.Value)];

    public void Dispose() => listener.Dispose();

    private IReadOnlyList<(string Name, double Value, string Tags)> Find(string name)
    {
        lock (all)
        {
            return [.. all.Where(measured => measured.Name == name)];
        }
    }

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new List<string>();
        foreach ((string key, object? tag) in tags)
        {
            text.Add($"{key}={tag}");
        }

        lock (all)
        {
            all.Add((instrument.Name, value, string.Join(' ', text)));
        }
    }
}
