using DurableMl.Inference;
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
    /// <summary>Exports to whatever the usual settings name: a collector, Application Insights, both, or nothing.</summary>
    public static IServiceCollection AddDurableMlTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        // The host samples requests; what it has taken is kept whole, and so is what begins here.
        if (services.AddTelemetryExport(configuration, new AlwaysOnSampler()) is { } telemetry)
        {
            telemetry
                .UseFunctionsWorkerDefaults()
                .WithTracing(tracing => tracing.AddSource("Microsoft.DurableTask"))
                .WithMetrics(metrics => metrics.AddMeter(PipelineMeter.Name))
                .WithLogging(null, logging => logging.IncludeScopes = logging.IncludeFormattedMessage = true);
            // The worker's lines do not pass through the host, whose levels stand in host.json. A line for each request is in the traces as well.
            services.AddLogging(logging => logging.AddFilter<OpenTelemetryLoggerProvider>("Microsoft", LogLevel.Warning).AddFilter<OpenTelemetryLoggerProvider>("Azure", LogLevel.Warning));
        }

        return services;
    }
}
