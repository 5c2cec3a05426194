using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace DurableMl.Inference;

/// <summary>What a host of models needs around them, by the same settings whichever host it is: the data account and telemetry.</summary>
public static class HostServices
{
    /// <summary>The setting, or the beginning of the settings, that name the data account; triggers name it as their connection.</summary>
    public const string Connection = "DataStorage";

    /// <summary>
    /// Adds a <see cref="BlobServiceClient"/>: from the connection string <c>DataStorage</c>, or from <c>DataStorage__blobServiceUri</c> with
    /// the managed identity.
    /// </summary>
    public static IServiceCollection AddDataStorage(this IServiceCollection services) =>
        services.AddSingleton(static provider => Connect(provider.GetRequiredService<IConfiguration>()));

    /// <summary>Exports traces, metrics and logs to whatever the usual settings name: a collector, Application Insights, both, or nothing.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">Its settings.</param>
    /// <param name="root">Which of the traces that begin here are kept; of the others, whoever began them has decided.</param>
    /// <returns>The builder, for the host's own sources; null where nothing is exported.</returns>
    public static IOpenTelemetryBuilder? AddTelemetryExport(this IServiceCollection services, IConfiguration configuration, Sampler root)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        bool collector = !string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        bool insights = !string.IsNullOrEmpty(configuration["APPLICATIONINSIGHTS_CONNECTION_STRING"]);
        // The Functions host asks for the same setting where Application Insights takes no keys; the exporter does not know it.
        bool signIn = configuration["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"]?.Contains("Authorization=AAD", StringComparison.OrdinalIgnoreCase) ?? false;
        if (!collector && !insights)
        {
            return null;
        }

        IOpenTelemetryBuilder telemetry = services.AddOpenTelemetry().WithTracing(static tracing => tracing.AddSource("Azure.*"));
        if (collector)
        {
            telemetry.UseOtlpExporter();
        }

        if (insights)
        {
            telemetry.UseAzureMonitorExporter(exporter =>
            {
                exporter.Credential = signIn ? new DefaultAzureCredential() : null;
                // Its own limit, five a second, counts spans and would leave holes in traces. A trace is kept whole or not at all.
                exporter.TracesPerSecond = null;
            });
            telemetry.WithTracing(tracing => tracing.SetSampler(new ParentBasedSampler(root)));
        }

        return telemetry;
    }

    private static BlobServiceClient Connect(IConfiguration configuration) =>
        configuration[Connection] is { Length: > 0 } connectionString ? new BlobServiceClient(connectionString)
        : Uri.TryCreate(configuration["DataStorage:blobServiceUri"], UriKind.Absolute, out Uri? account) ? new BlobServiceClient(account, new DefaultAzureCredential())
        : throw new InvalidOperationException($"The setting {Connection} is missing: give a connection string, or {Connection}__blobServiceUri to use the managed identity.");
}
