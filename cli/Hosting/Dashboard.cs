using System.Globalization;
using System.Security.Cryptography;

namespace DurableMl.Cli.Hosting;

/// <summary>Aspire's dashboard, which shows the traces, logs and metrics of the local host. Nobody gets in without its tokens, which last as long as it runs.</summary>
/// <param name="Program">The dashboard's program.</param>
/// <param name="Port">Where people look at it.</param>
/// <param name="TelemetryPort">Where it takes OTLP over HTTP.</param>
internal sealed record Dashboard(string Program, int Port, int TelemetryPort)
{
    private readonly string _token = RandomNumberGenerator.GetHexString(32, lowercase: true);
    private readonly string _key = RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>Where people look at it, with the token that lets them in.</summary>
    public string LoginUrl => $"{Url(Port)}/login?t={_token}";

    /// <summary>Shows it answers.</summary>
    public string ProbeUrl => $"{Url(Port)}/login";

    /// <summary>The environment of a program that sends it its telemetry.</summary>
    public IReadOnlyList<(string Name, string? Value)> Exporter =>
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", Url(TelemetryPort)),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("OTEL_EXPORTER_OTLP_HEADERS", $"x-otlp-api-key={_key}"),
        // So that one can watch: the usual wait is five seconds for spans and a minute for metrics.
        ("OTEL_BSP_SCHEDULE_DELAY", "1000"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "1000"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "5000"),
    ];

    /// <summary>The dashboard's own environment.</summary>
    /// <param name="folder">Where it may write.</param>
    public IReadOnlyList<(string Name, string? Value)> Settings(string folder) =>
    [
        ("ASPNETCORE_URLS", Url(Port)),
        ("ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL", Url(TelemetryPort)),
        ("Dashboard__Otlp__AuthMode", "ApiKey"),
        ("Dashboard__Otlp__PrimaryApiKey", _key),
        ("Dashboard__Frontend__AuthMode", "BrowserToken"),
        ("Dashboard__Frontend__BrowserToken", _token),
        ("Dashboard__ApplicationName", "DurableMl"),
        // Its database; gone when it ends.
        ("TMPDIR", folder),
    ];

    private static string Url(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
}
