#nullable enable
using System.Diagnostics;
using System.Globalization;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Compute.Batch;

/// <summary>Turns <see cref="BatchRequest"/>s into HTTP, and answers into responses or <see cref="RequestFailedException"/>s.</summary>
internal sealed class BatchPipeline(HttpPipeline pipeline, Uri endpoint, string apiVersion)
{
    private const string JsonContentType = "application/json; odata=minimalmetadata";

    private static readonly ActivitySource Source = new("Azure.Compute.Batch.BatchClient");

    public Response Send(BatchRequest request, RequestContext? context)
    {
        using Activity? activity = Start(request);
        try
        {
            using HttpMessage message = Create(request, context);
            pipeline.Send(message, context?.CancellationToken ?? default);
            return Answer(message, context);
        }
        catch (Exception e)
        {
            Fail(activity, e);
            throw;
        }
    }

    public async Task<Response> SendAsync(BatchRequest request, RequestContext? context)
    {
        using Activity? activity = Start(request);
        try
        {
            using HttpMessage message = Create(request, context);
            await pipeline.SendAsync(message, context?.CancellationToken ?? default).ConfigureAwait(false);
            return Answer(message, context);
        }
        catch (Exception e)
        {
            Fail(activity, e);
            throw;
        }
    }

    public Response Send(BatchRequest request, CancellationToken cancellationToken) => Send(request, Context(cancellationToken));

    public Task<Response> SendAsync(BatchRequest request, CancellationToken cancellationToken) =>
        SendAsync(request, Context(cancellationToken));

    public Response<T> Get<T>(BatchRequest request, CancellationToken cancellationToken)
    {
        Response response = Send(request, cancellationToken);
        return Response.FromValue(BatchJson.Read<T>(response.Content), response);
    }

    public async Task<Response<T>> GetAsync<T>(BatchRequest request, CancellationToken cancellationToken)
    {
        Response response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        return Response.FromValue(BatchJson.Read<T>(response.Content), response);
    }

    public Response<BinaryData> GetContent(BatchRequest request, CancellationToken cancellationToken)
    {
        Response response = Send(request, cancellationToken);
        return Response.FromValue(response.Content, response);
    }

    public async Task<Response<BinaryData>> GetContentAsync(BatchRequest request, CancellationToken cancellationToken)
    {
        Response response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        return Response.FromValue(response.Content, response);
    }

    /// <summary>Whether a resource is there: 200 or 404 of a HEAD request.</summary>
    public Response<bool> Exists(BatchRequest request, RequestContext? context)
    {
        Response response = Send(request, context);
        return Response.FromValue(response.Status == 200, response);
    }

    /// <inheritdoc cref="Exists"/>
    public async Task<Response<bool>> ExistsAsync(BatchRequest request, RequestContext? context)
    {
        Response response = await SendAsync(request, context).ConfigureAwait(false);
        return Response.FromValue(response.Status == 200, response);
    }

    public Response<BatchFileProperties> GetFileProperties(BatchRequest request, CancellationToken cancellationToken)
    {
        Response response = Send(request, cancellationToken);
        return Response.FromValue(BatchFileProperties.FromHeaders(response.Headers), response);
    }

    public async Task<Response<BatchFileProperties>> GetFilePropertiesAsync(BatchRequest request, CancellationToken cancellationToken)
    {
        Response response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        return Response.FromValue(BatchFileProperties.FromHeaders(response.Headers), response);
    }

    public Pageable<T> List<T>(BatchRequest first, CancellationToken cancellationToken)
        where T : notnull => new BatchPageable<T>(this, first, cancellationToken);

    public AsyncPageable<T> ListAsync<T>(BatchRequest first, CancellationToken cancellationToken)
        where T : notnull => new BatchAsyncPageable<T>(this, first, cancellationToken);

    private static RequestContext Context(CancellationToken cancellationToken) => new() { CancellationToken = cancellationToken };

    private HttpMessage Create(BatchRequest request, RequestContext? context)
    {
        HttpMessage message = pipeline.CreateMessage(context, new StatusCodeClassifier(request.Success));
        Request http = message.Request;
        http.Method = request.Method;
        SetAddress(http.Uri, request);
        http.Headers.Add("Accept", "application/json");
        http.Headers.Add("client-request-id", http.ClientRequestId);
        http.Headers.Add("return-client-request-id", "true");
        if (request.OcpDate is { } ocpDate)
        {
            http.Headers.Add("ocp-date", Rfc1123(ocpDate));
        }

        if (request.OcpRange is not null)
        {
            http.Headers.Add("ocp-range", request.OcpRange);
        }

        AddConditions(http, request);
        if (request.Body is not null)
        {
            http.Headers.Add("Content-Type", JsonContentType);
            http.Content = request.Body as RequestContent ?? BatchJson.Content(request.Body);
        }

        return message;
    }

    private void SetAddress(RequestUriBuilder address, BatchRequest request)
    {
        if (request.NextLink is { } nextLink)
        {
            address.Reset(nextLink);
            return;
        }

        address.Reset(endpoint);
        address.AppendPath(address.Path.EndsWith('/') ? request.Path : "/" + request.Path, escape: false);
        address.AppendQuery("api-version", apiVersion, escapeValue: true);
        if (request.TimeOut is { } timeOut)
        {
            address.AppendQuery("timeOut", ((long)timeOut.TotalSeconds).ToString(CultureInfo.InvariantCulture), escapeValue: true);
        }

        foreach ((string name, string value) in request.Query)
        {
            address.AppendQuery(name, value, escapeValue: true);
        }
    }

    private static void AddConditions(Request http, BatchRequest request)
    {
        if (request.Conditions is not { } conditions)
        {
            return;
        }

        if (!request.SupportsETagConditions && (conditions.IfMatch is not null || conditions.IfNoneMatch is not null))
        {
            throw new NotSupportedException($"{request.Operation} knows no ETags: use IfModifiedSince or IfUnmodifiedSince of the conditions.");
        }

        if (conditions.IfMatch is { } ifMatch)
        {
            http.Headers.Add("If-Match", ifMatch.ToString("H"));
        }

        if (conditions.IfNoneMatch is { } ifNoneMatch)
        {
            http.Headers.Add("If-None-Match", ifNoneMatch.ToString("H"));
        }

        if (conditions.IfModifiedSince is { } modified)
        {
            http.Headers.Add("If-Modified-Since", Rfc1123(modified));
        }

        if (conditions.IfUnmodifiedSince is { } unmodified)
        {
            http.Headers.Add("If-Unmodified-Since", Rfc1123(unmodified));
        }
    }

    private static Response Answer(HttpMessage message, RequestContext? context)
    {
        Response response = message.Response;
        if (response.IsError && context?.ErrorOptions != ErrorOptions.NoThrow)
        {
            throw new RequestFailedException(response);
        }

        return response;
    }

    private static Activity? Start(BatchRequest request)
    {
        Activity? activity = Source.StartActivity("BatchClient." + request.Operation);
        activity?.SetTag("az.namespace", "Microsoft.Batch");
        return activity;
    }

    private static void Fail(Activity? activity, Exception e)
    {
        activity?.SetTag("error.type", e is RequestFailedException { ErrorCode: { } code } ? code : e.GetType().FullName);
        activity?.SetStatus(ActivityStatusCode.Error, e.Message);
    }

    private static string Rfc1123(DateTimeOffset time) => time.UtcDateTime.ToString("R", CultureInfo.InvariantCulture);
}
