using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Azure.Storage.Blobs;
using DurableMl.Inference.Serving;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace DurableMl.Serving;

/// <summary>What the container needs around the inference server: storage and telemetry, by the same settings as the Functions app.</summary>
internal static class Setup
{
    /// <summary>Connects to the data account: <c>DataStorage</c> is a connection string, <c>DataStorage__blobServiceUri</c> its address for the managed identity.</summary>
    public static IServiceCollection AddServingStorage(this IServiceCollection services, IConfiguration configuration) => services.AddSingleton(_ =>
        configuration["DataStorage"] is { Length: > 0 } connectionString ? new BlobServiceClient(connectionString)
        : Uri.TryCreate(configuration["DataStorage:blobServiceUri"], UriKind.Absolute, out Uri? account) ? new BlobServiceClient(account, new DefaultAzureCredential())
        : throw new InvalidOperationException("The setting DataStorage is missing: give a connection string, or DataStorage__blobServiceUri to use the managed identity."));

    /// <summary>Sends traces, logs and metrics to a collector (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c>), Application Insights, both, or nowhere.</summary>
    public static IServiceCollection AddServingTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        bool collector = !string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        bool insights = !string.IsNullOrEmpty(configuration["APPLICATIONINSIGHTS_CONNECTION_STRING"]);
        if (!collector && !insights)
        {
            return services;
        }

        IOpenTelemetryBuilder telemetry = services.AddOpenTelemetry().WithTracing(tracing => tracing.AddAspNetCoreInstrumentation().AddSource("Azure.*")).WithLogging();
        if (collector)
        {
            telemetry.UseOtlpExporter();
        }

        if (insights)
        {
            bool signIn = configuration["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"]?.Contains("Authorization=AAD", StringComparison.OrdinalIgnoreCase) ?? false;
            telemetry.UseAzureMonitorExporter(exporter => exporter.Credential = signIn ? new DefaultAzureCredential() : null);
        }

        return services;
    }
}

/// <summary>
/// Leaves the load balancer time when the process is told to end: not ready from then on, it goes on answering for
/// <c>Serving__DrainSeconds</c> (5), and only then takes no connection any more and ends what it has begun.
/// </summary>
internal sealed class Drain(InferenceServer server, IConfiguration configuration, TimeProvider time) : IHostedLifecycleService
{
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        server.Drain();
        return Task.Delay(TimeSpan.FromSeconds(configuration.GetValue("Serving:DrainSeconds", 5.0)), time, cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
