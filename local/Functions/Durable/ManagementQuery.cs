using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using Microsoft.Net.Http.Headers;

namespace DurableMl.Local.Functions.Durable;

/// <summary>Reads the management API's parameters. One that cannot be read counts as absent, as in the extension.</summary>
internal static class ManagementQuery
{
    public const string ContinuationHeader = "x-ms-continuation-token";

    public static bool Flag(HttpContext http, string name, bool fallback) =>
        bool.TryParse(http.Request.Query[name], out bool value) ? value : fallback;

    public static int? Number(HttpContext http, string name) =>
        int.TryParse(http.Request.Query[name], NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0 ? value : null;

    public static double? Seconds(HttpContext http, string name) =>
        double.TryParse(http.Request.Query[name], NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= 0
            ? value
            : null;

    public static DateTimeOffset? Time(HttpContext http, string name) =>
        DateTimeOffset.TryParse(
            http.Request.Query[name],
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out DateTimeOffset value
        )
            ? value
            : null;

    public static bool HasJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase);

    public static string? Text(HttpContext http, string name) => http.Request.Query[name] is { Count: > 0 } value ? value[0] : null;

    public static string? ContinuationToken(HttpContext http) =>
        http.Request.Headers[ContinuationHeader] is { Count: > 0 } value && !string.IsNullOrEmpty(value[0]) ? value[0] : null;

    /// <summary>The statuses asked for, given one by one or separated by commas; null for all.</summary>
    public static IReadOnlyList<OrchestrationRuntimeStatus>? Statuses(HttpContext http)
    {
        List<OrchestrationRuntimeStatus> statuses = [];
        foreach (string name in http.Request.Query["runtimeStatus"].SelectMany(v => (v ?? "").Split(',', StringSplitOptions.TrimEntries)))
        {
            if (Enum.TryParse(name, ignoreCase: true, out OrchestrationRuntimeStatus status) && Enum.IsDefined(status))
            {
                statuses.Add(status);
            }
        }

        return statuses.Count > 0 ? statuses : null;
    }
}
