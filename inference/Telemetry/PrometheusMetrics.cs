using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;

namespace DurableMl.Inference.Telemetry;

/// <summary>
/// Collects this process's metrics with OpenTelemetry and gives them in Prometheus's text format. (OpenTelemetry's own Prometheus exporter
/// is ASP.NET Core middleware, which a Functions app has no place for.) With <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> set they also go there.
/// </summary>
public sealed class PrometheusMetrics : IDisposable
{
    private readonly TextExporter exporter = new();
    private readonly BaseExportingMetricReader reader;
    private readonly MeterProvider provider;
    private readonly Lock gate = new();

    /// <summary>Begins to collect; instruments used before are counted from now on.</summary>
    public PrometheusMetrics()
    {
        reader = new BaseExportingMetricReader(exporter) { TemporalityPreference = MetricReaderTemporalityPreference.Cumulative };
        MeterProviderBuilder builder = Sdk.CreateMeterProviderBuilder().AddMeter(InferenceMeter.Name, "System.Runtime").AddReader(reader);
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT")))
        {
            builder.AddOtlpExporter();
        }

        provider = builder.Build();
    }

    /// <summary>The content type of <see cref="Collect"/>'s text.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Every metric as it is now.</summary>
    public string Collect()
    {
        lock (gate)
        {
            reader.Collect();
            return exporter.Text;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => provider.Dispose();

    private sealed class TextExporter : BaseExporter<Metric>
    {
        public string Text { get; private set; } = "";

        public override ExportResult Export(in Batch<Metric> batch)
        {
            var text = new PrometheusText();
            foreach (Metric metric in batch)
            {
                text.Add(metric);
            }

            Text = text.ToString();
            return ExportResult.Success;
        }
    }
}
