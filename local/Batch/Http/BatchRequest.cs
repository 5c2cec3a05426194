#nullable enable
using System.Globalization;
using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>One call of the REST API, before it is an HTTP request.</summary>
/// <param name="Method">HTTP verb.</param>
/// <param name="Path">Path of the resource below the endpoint, each part escaped.</param>
/// <param name="Success">The status code that is no error.</param>
internal sealed record BatchRequest(RequestMethod Method, string Path, ushort Success)
{
    private const string JsonContentType = "application/json; odata=minimalmetadata";

    public TimeSpan? TimeOut { get; init; }

    public DateTimeOffset? OcpDate { get; init; }

    public RequestConditions? Conditions { get; init; }

    public int? MaxResults { get; init; }

    public string? Filter { get; init; }

    public IEnumerable<string>? Select { get; init; }

    public IEnumerable<string>? Expand { get; init; }

    public bool? Force { get; init; }

    public IJsonBody? Body { get; init; }

    /// <summary>An identifier as a part of a path.</summary>
    /// <exception cref="ArgumentException">It is null or empty.</exception>
    public static string Id(string id, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(id, name);
        return Uri.EscapeDataString(id);
    }

    /// <summary>Makes it an HTTP request.</summary>
    /// <param name="http">The request to fill.</param>
    /// <param name="endpoint">The account.</param>
    /// <param name="apiVersion">Version of the REST API.</param>
    /// <param name="nextLink">Address of a further page as the service gave it, in place of path and query.</param>
    public void Fill(Request http, Uri endpoint, string apiVersion, Uri? nextLink)
    {
        http.Method = Method;
        if (nextLink is null)
        {
            FillAddress(http.Uri, endpoint, apiVersion);
        }
        else
        {
            http.Uri.Reset(nextLink);
        }

        http.Headers.Add("Accept", "application/json");
        http.Headers.Add("client-request-id", http.ClientRequestId);
        http.Headers.Add("return-client-request-id", "true");
        AddHeader("ocp-date", Rfc1123(OcpDate));
        AddHeader("If-Match", Conditions?.IfMatch?.ToString("H"));
        AddHeader("If-None-Match", Conditions?.IfNoneMatch?.ToString("H"));
        AddHeader("If-Modified-Since", Rfc1123(Conditions?.IfModifiedSince));
        AddHeader("If-Unmodified-Since", Rfc1123(Conditions?.IfUnmodifiedSince));
        if (Body is not null)
        {
            http.Headers.Add("Content-Type", JsonContentType);
            http.Content = Body.ToContent();
        }

        void AddHeader(string name, string? value)
        {
            if (value is not null)
            {
                http.Headers.Add(name, value);
            }
        }
    }

    private static string? Rfc1123(DateTimeOffset? time) => time?.UtcDateTime.ToString("R", CultureInfo.InvariantCulture);

    private void FillAddress(RequestUriBuilder address, Uri endpoint, string apiVersion)
    {
        address.Reset(endpoint);
        address.AppendPath(address.Path.EndsWith('/') ? Path : "/" + Path, escape: false);
        AddQuery("api-version", apiVersion);
        AddQuery("timeOut", TimeOut is { } timeOut ? ((long)timeOut.TotalSeconds).ToString(CultureInfo.InvariantCulture) : null);
        AddQuery("maxresults", MaxResults?.ToString(CultureInfo.InvariantCulture));
        AddQuery("$filter", Filter);
        AddQuery("$select", Select is null ? null : string.Join(',', Select));
        AddQuery("$expand", Expand is null ? null : string.Join(',', Expand));
        AddQuery("force", Force is { } force ? (force ? "true" : "false") : null);

        void AddQuery(string name, string? value)
        {
            if (value is not null)
            {
                address.AppendQuery(name, value, escapeValue: true);
            }
        }
    }
}
