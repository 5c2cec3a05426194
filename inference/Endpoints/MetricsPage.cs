using DurableMl.Inference.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace DurableMl.Inference.Endpoints;

/// <summary>
/// <c>GET metrics</c>, in Prometheus's text format. OpenTelemetry's exporter is middleware, and a Functions app has no pipeline to put it in;
/// so it gets one of its own here.
/// </summary>
internal sealed class MetricsPage(IServiceProvider services)
{
    private readonly Lazy<RequestDelegate> scrape = new(() =>
    {
        var pipeline = new ApplicationBuilder(services);
        pipeline.UseOpenTelemetryPrometheusScrapingEndpoint(static _ => true);
        return pipeline.Build();
    });

    /// <summary>Every metric as it is now: those of <see cref="InferenceMeter"/> and of the .NET runtime.</summary>
    public Task AnswerAsync(HttpContext context, CancellationToken cancellationToken) => scrape.Value(context);
}
