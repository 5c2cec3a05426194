using System.Diagnostics.Metrics;
using DurableMl.Inference.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Inference.Tests.Telemetry;

[TestClass]
public sealed class PrometheusTextTests : IDisposable
{
    private readonly Meter meter = new("test-" + Guid.NewGuid().ToString("N"));

    public void Dispose() => meter.Dispose();

    [TestMethod]
    public void Label_values_and_descriptions_keep_quotes_backslashes_and_line_feeds_from_breaking_the_text()
    {
        string text = Collect(() => meter.CreateCounter<long>("requests", null, "What \"came\\went\"\nso far")
            .Add(2, new KeyValuePair<string, object?>("model", "a\"b\\c\nd"), new("http.status", 429)));

        Assert.Contains("# HELP requests_total What \"came\\\\went\"\\nso far\n", text);
        Assert.Contains("requests_total{http_status=\"429\",model=\"a\\\"b\\\\c\\nd\"} 2\n", text);
    }

    [TestMethod]
    public void Names_say_the_unit_and_whether_it_only_grows()
    {
        string text = Collect(() =>
        {
            meter.CreateCounter<double>("work.time", "s").Add(1.5);
            meter.CreateUpDownCounter<long>("memory-in/use", "By").Add(-3);
            meter.CreateObservableGauge("load", () => 0.25, "%");
        });

        Assert.Contains("# TYPE work_time_seconds_total counter\nwork_time_seconds_total 1.5\n", text);
        Assert.Contains("# TYPE memory_in_use_bytes gauge\nmemory_in_use_bytes -3\n", text);
        Assert.Contains("# TYPE load_percent gauge\nload_percent 0.25\n", text);
    }

    [TestMethod]
    public void A_histogram_counts_cumulatively_up_to_infinity()
    {
        string text = Collect(() =>
        {
            Histogram<double> duration = meter.CreateHistogram("duration", "s", null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1] });
            foreach (double value in (double[])[0.25, 0.75, 0.75, 8])
            {
                duration.Record(value, new KeyValuePair<string, object?>("model", "m"));
            }
        });

        Assert.Contains(
            """
            # TYPE duration_seconds histogram
            duration_seconds_bucket{model="m",le="0.5"} 1
            duration_seconds_bucket{model="m",le="1"} 3
            duration_seconds_bucket{model="m",le="+Inf"} 4
            duration_seconds_sum{model="m"} 9.75
            duration_seconds_count{model="m"} 4

            """.ReplaceLineEndings("\n"),
            text);
    }

    private string Collect(Action measure)
    {
        using var exporter = new TextExporter();
        using var reader = new BaseExportingMetricReader(exporter);
        using MeterProvider provider = Sdk.CreateMeterProviderBuilder().AddMeter(meter.Name).AddReader(reader).Build();
        measure();
        reader.Collect();
        return exporter.Text;
    }

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

            Text += text.ToString();
            return ExportResult.Success;
        }
    }
}
