#nullable enable
using System.Text.Json.Serialization;
using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>One page of a list as the service sends it.</summary>
internal sealed class BatchPage<T>
    where T : notnull
{
    [JsonPropertyName("value")]
    public List<T>? Value { get; set; }

    [JsonPropertyName("odata.nextLink")]
    public string? NextLink { get; set; }

    public static Page<T> From(Response response)
    {
        BatchPage<T> page = BatchJson.Read<BatchPage<T>>(response.Content);
        return Page<T>.FromValues(page.Value ?? [], string.IsNullOrEmpty(page.NextLink) ? null : page.NextLink, response);
    }

    /// <summary>The request to begin with: the list's own, or the page that a continuation token names.</summary>
    public static BatchRequest? First(BatchRequest first, string? continuationToken, int? pageSizeHint)
    {
        if (continuationToken is not null)
        {
            return Next(first, continuationToken);
        }

        if (pageSizeHint is null || first.Query.Any(parameter => parameter.Key == "maxresults"))
        {
            return first;
        }

        var sized = new BatchRequest(first.Operation, first.Method, first.Path) { TimeOut = first.TimeOut, OcpDate = first.OcpDate, Success = first.Success };
        foreach ((string name, string value) in first.Query)
        {
            sized.With(name, value);
        }

        return sized.With("maxresults", pageSizeHint);
    }

    public static BatchRequest? Next(BatchRequest first, string? nextLink) =>
        nextLink is null
            ? null
            : new BatchRequest(first.Operation, RequestMethod.Get, first.Path) { NextLink = new Uri(nextLink), OcpDate = first.OcpDate, Success = first.Success };
}
