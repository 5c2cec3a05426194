using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace DurableMl.FunctionsHost.Logging;

/// <summary>Traces, metrics and logs by OpenTelemetry, where the usual variables name a collector.</summary>
internal static class Telemetry
{
    /// <summary>A span for each invocation that a trigger begins.</summary>
    public static readonly ActivitySource Source = new("DurableMl.FunctionsHost");

    /// <summary>Exports to the collector of OTEL_EXPORTER_OTLP_ENDPOINT, if it is set.</summary>
    public static void AddTelemetry(this IServiceCollection services, string appName)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT")))
        {
            return;
        }

        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService($"{appName}-host"))
            .WithTracing(tracing => tracing.AddAspNetCoreInstrumentation().AddSource(Source.Name, "DurableTask.Core", "WebJobs.Extensions.DurableTask", "Azure.*"))
            .WithMetrics(metrics => metrics.AddAspNetCoreInstrumentation().AddMeter("System.Runtime", "DurableTask.*"))
            .WithLogging(null, logging => logging.IncludeScopes = true)
            .UseOtlpExporter();
    }
}
