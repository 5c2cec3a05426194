using System.Globalization;
using System.Text;
using OpenTelemetry.Metrics;

namespace DurableMl.Inference.Telemetry;

/// <summary>Writes metrics in Prometheus's text exposition format 0.0.4, named by OpenTelemetry's rules for it: unit and <c>_total</c> as suffixes.</summary>
internal sealed class PrometheusText
{
    private readonly StringBuilder text = new();

    public void Add(Metric metric)
    {
        string name = Name(metric);
        string type = metric.MetricType switch
        {
            MetricType.LongSum or MetricType.DoubleSum => "counter",
            MetricType.Histogram => "histogram",
            _ => "gauge",
        };
        if (metric.Description.Length > 0)
        {
            text.Append("# HELP ").Append(name).Append(' ').Append(metric.Description.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
        }

        text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        foreach (ref readonly MetricPoint point in metric.GetMetricPoints())
        {
            string labels = Labels(point);
            switch (metric.MetricType)
            {
                case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                    Line(name, labels, point.GetSumLong());
                    break;
                case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                    Line(name, labels, point.GetSumDouble());
                    break;
                case MetricType.LongGauge:
                    Line(name, labels, point.GetGaugeLastValueLong());
                    break;
                case MetricType.DoubleGauge:
                    Line(name, labels, point.GetGaugeLastValueDouble());
                    break;
                case MetricType.Histogram:
                    Histogram(name, labels, point);
                    break;
                default:
                    // Exponential histograms have no form in this version of the text format.
                    break;
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString() => text.ToString();

    private static string Name(Metric metric)
    {
        var name = new StringBuilder(metric.Name);
        for (int i = 0; i < name.Length; i++)
        {
            name[i] = char.IsAsciiLetterOrDigit(name[i]) ? name[i] : '_';
        }

        name.Append(metric.Unit switch { "s" => "_seconds", "By" => "_bytes", "%" => "_percent", _ => "" });
        name.Append(metric.MetricType is MetricType.LongSum or MetricType.DoubleSum ? "_total" : "");
        return name.ToString();
    }

    private void Histogram(string name, string labels, in MetricPoint point)
    {
        long cumulative = 0;
        foreach (HistogramBucket bucket in point.GetHistogramBuckets())
        {
            cumulative += bucket.BucketCount;
            string bound = double.IsPositiveInfinity(bucket.ExplicitBound) ? "+Inf" : bucket.ExplicitBound.ToString("R", CultureInfo.InvariantCulture);
            Line(name + "_bucket", labels + (labels.Length > 0 ? "," : "") + "le=\"" + bound + "\"", cumulative);
        }

        Line(name + "_sum", labels, point.GetHistogramSum());
        Line(name + "_count", labels, point.GetHistogramCount());
    }

    private static string Labels(in MetricPoint point)
    {
        var labels = new StringBuilder();
        foreach (KeyValuePair<string, object?> tag in point.Tags)
        {
            labels.Append(labels.Length > 0 ? "," : "");
            foreach (char c in tag.Key)
            {
                labels.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
            }

            string value = Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "";
            labels.Append("=\"").Append(value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('"');
        }

        return labels.ToString();
    }

    private void Line(string name, string labels, double value) =>
        text.Append(name).Append(labels.Length > 0 ? "{" + labels + "}" : "").Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
}
