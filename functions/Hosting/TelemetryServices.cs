using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using DurableMl.Orchestrations.Telemetry;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace DurableMl.Functions.Hosting;

/// <summary>Traces, metrics and logs by OpenTelemetry, joined to the host's by W3C trace context.</summary>
public static class TelemetryServices
{
    private const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string ApplicationInsights = "APPLICATIONINSIGHTS_CONNECTION_STRING";

    // The Functions host asks for the same setting where Application Insights takes no keys; the exporter does not know it.
    private const string SignIn = "APPLICATIONINSIGHTS_AUTHENTICATION_STRING";

    /// <summary>Exports to whatever the usual settings name: a collector, Application Insights, both, or nothing.</summary>
    public static IServiceCollection AddDurableMlTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        bool collector = !string.IsNullOrEmpty(configuration[Collector]);
        bool insights = !string.IsNullOrEmpty(configuration[ApplicationInsights]);
        bool signIn = configuration[SignIn]?.Contains("Authorization=AAD", StringComparison.OrdinalIgnoreCase) ?? false;
        if (!collector && !insights)
        {
            return services;
        }

        IOpenTelemetryBuilder telemetry = services.AddOpenTelemetry()
            .UseFunctionsWorkerDefaults()
            .WithTracing(tracing => tracing.AddSource("Microsoft.DurableTask", "Azure.*"))
            .WithMetrics(metrics => metrics.AddMeter(PipelineMeter.Name))
            .WithLogging(null, logging => logging.IncludeScopes = logging.IncludeFormattedMessage = true);
        // The worker's lines do not pass through the host, whose levels stand in host.json. A line for each request is in the traces as well.
        services.AddLogging(logging => logging.AddFilter<OpenTelemetryLoggerProvider>("Microsoft", LogLevel.Warning).AddFilter<OpenTelemetryLoggerProvider>("Azure", LogLevel.Warning));
        if (collector)
        {
            telemetry.UseOtlpExporter();
        }

        if (insights)
        {
            telemetry.UseAzureMonitorExporter(exporter =>
            {
                exporter.Credential = signIn ? new DefaultAzureCredential() : null;
                // Its own limit, five a second, counts spans and would leave holes in a run's trace. The host samples requests; what it has taken is kept whole.
                exporter.TracesPerSecond = null;
            });
            telemetry.WithTracing(tracing => tracing.SetSampler(new ParentBasedSampler(new AlwaysOnSampler())));
        }

        return services;
    }
}
