using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.State;
using Microsoft.Extensions.Primitives;

namespace DurableMl.Local.BatchEmulator.Wire;

/// <summary>A request on its way through an operation, and the answers the service gives.</summary>
internal sealed class BatchRequest(HttpContext http)
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public HttpContext Http { get; } = http;

    /// <summary>The account's URL as this client reaches it, without a slash at the end.</summary>
    public string BaseUrl => $"{Http.Request.Scheme}://{Http.Request.Host}";

    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>A part of the path.</summary>
    public string Id(string name) => (string)Http.Request.RouteValues[name]!;

    /// <summary>A query parameter.</summary>
    public string? Query(string name) => Http.Request.Query.TryGetValue(name, out var value) ? value.ToString() : null;

    /// <summary>A query parameter that is true or false.</summary>
    public bool QueryFlag(string name) => Query(name) switch
    {
        null or "" => false,
        var text when bool.TryParse(text, out var value) => value,
        var text => throw BatchErrors.InvalidQuery(name, text, "The value must be true or false."),
    };

    /// <summary>The body, checked against the model.</summary>
    public async Task<JsonObject> BodyAsync(string model) => ModelSchema.Current.Read(model, await NodeAsync());

    /// <summary>The body, checked against the model, or null when there is none.</summary>
    public async Task<JsonObject?> OptionalBodyAsync(string model) =>
        await NodeAsync() is { } node ? ModelSchema.Current.Read(model, node) : null;

    /// <summary>The body as JSON, or null when there is none.</summary>
    public async Task<JsonNode?> NodeAsync()
    {
        try
        {
            using var buffer = new MemoryStream();
            await Http.Request.Body.CopyToAsync(buffer, Aborted);
            return buffer.Length == 0 ? null : JsonNode.Parse(buffer.ToArray());
        }
        catch (JsonException e)
        {
            throw BatchErrors.InvalidBody(e.Message);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw BatchErrors.TooLarge("The body is larger than any operation takes.");
        }
    }

    /// <summary>Checks If-Match and its like against the resource.</summary>
    /// <exception cref="BatchException">412, or 304 for reads.</exception>
    public void Check(Resource resource) => Check(resource.ETag, resource.LastModified);

    /// <inheritdoc cref="Check(Resource)"/>
    public void Check(string? etag, DateTimeOffset lastModified)
    {
        var headers = Http.Request.Headers;
        var reading = HttpMethods.IsGet(Http.Request.Method) || HttpMethods.IsHead(Http.Request.Method);
        // Header times have whole seconds.
        var modified = new DateTimeOffset(lastModified.UtcTicks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero);
        var holds = (headers.IfMatch.Count == 0 || etag is null || Tags(headers.IfMatch).Any(t => t == "*" || t == etag))
            && (Date("If-Unmodified-Since", headers.IfUnmodifiedSince) is not { } until || modified <= until);
        if (!holds)
        {
            throw BatchErrors.ConditionNotMet();
        }

        var changed = (headers.IfNoneMatch.Count == 0 || etag is null || !Tags(headers.IfNoneMatch).Any(t => t == "*" || t == etag))
            && (Date("If-Modified-Since", headers.IfModifiedSince) is not { } since || modified > since);
        if (!changed)
        {
            throw reading ? new BatchException(StatusCodes.Status304NotModified, "ConditionNotMet", "") : BatchErrors.ConditionNotMet();
        }
    }

    /// <summary>Answers with ETag, Last-Modified and DataServiceId.</summary>
    public void Stamp(Resource resource, string url)
    {
        Http.Response.Headers.ETag = resource.ETag;
        Http.Response.Headers.LastModified = resource.LastModified.ToString("R", CultureInfo.InvariantCulture);
        Http.Response.Headers["DataServiceId"] = url;
    }

    /// <summary>Answers without a body.</summary>
    public void Respond(int status) => Http.Response.StatusCode = status;

    /// <summary>Answers with JSON.</summary>
    public Task RespondAsync(int status, JsonNode json)
    {
        Http.Response.StatusCode = status;
        Http.Response.ContentType = "application/json;odata=minimalmetadata";
        var bytes = JsonSerializer.SerializeToUtf8Bytes(json, Compact);
        Http.Response.ContentLength = bytes.Length;
        return Http.Response.Body.WriteAsync(bytes, Aborted).AsTask();
    }

    /// <summary>Answers a GET of one resource: conditions, headers, $select.</summary>
    public Task RespondAsync(Resource resource, string model, JsonObject document)
    {
        Stamp(resource, document.Text("url")!);
        return RespondAsync(StatusCodes.Status200OK, ListQuery.Select(document, Query("$select"), model));
    }

    private static IEnumerable<string> Tags(StringValues header) =>
        header.SelectMany(h => (h ?? "").Split(',')).Select(t => t.Trim()).Select(t => t.StartsWith("W/", StringComparison.Ordinal) ? t[2..] : t).Select(t => t.Trim('"'));

    private static DateTimeOffset? Date(string name, StringValues header)
    {
        if (header.Count == 0)
        {
            return null;
        }

        return DateTimeOffset.TryParse(header.ToString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? date
            : throw BatchErrors.InvalidHeader(name, header.ToString(), "The value must be an RFC 1123 date.");
    }
}
