#nullable enable
using System.Globalization;
using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>One call of the REST API, before it is an HTTP request.</summary>
/// <param name="operation">Name of the client's method, for diagnostics.</param>
/// <param name="method">HTTP verb.</param>
/// <param name="path">Path of the resource below the endpoint, each part already escaped.</param>
internal sealed class BatchRequest(string operation, RequestMethod method, string path)
{
    private List<KeyValuePair<string, string>>? _query;

    public string Operation { get; } = operation;

    public RequestMethod Method { get; } = method;

    public string Path { get; } = path;

    /// <summary>Address of a further page as the service gave it, api-version and all; goes before path and query.</summary>
    public Uri? NextLink { get; init; }

    /// <summary>Model to send as JSON.</summary>
    public object? Body { get; init; }

    public TimeSpan? TimeOut { get; init; }

    public DateTimeOffset? OcpDate { get; init; }

    /// <summary>Part of a file to read, such as <c>bytes=0-1023</c>.</summary>
    public string? OcpRange { get; init; }

    public RequestConditions? Conditions { get; init; }

    /// <summary>File operations know only the two date conditions.</summary>
    public bool SupportsETagConditions { get; init; } = true;

    /// <summary>Status codes that are no error.</summary>
    public required ushort[] Success { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> Query => _query ?? (IReadOnlyList<KeyValuePair<string, string>>)[];

    public BatchRequest With(string name, string? value)
    {
        if (value is not null)
        {
            (_query ??= []).Add(new(name, value));
        }

        return this;
    }

    public BatchRequest With(string name, int? value) => With(name, value?.ToString(CultureInfo.InvariantCulture));

    public BatchRequest With(string name, bool? value) => With(name, value is null ? null : value.Value ? "true" : "false");

    public BatchRequest With(string name, DateTimeOffset? value) =>
        With(name, value?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture));

    public BatchRequest With(string name, IEnumerable<string>? values) => With(name, values is null ? null : string.Join(',', values));

    /// <summary>An identifier as a part of a path.</summary>
    /// <exception cref="ArgumentNullException">It is null.</exception>
    /// <exception cref="ArgumentException">It is empty.</exception>
    public static string Id(string id, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(id, name);
        return Uri.EscapeDataString(id);
    }
}
