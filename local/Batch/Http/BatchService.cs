#nullable enable
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Compute.Batch;

/// <summary>The account at the other end: sends requests, and turns answers into responses or exceptions.</summary>
internal sealed class BatchService
{
    private readonly Uri _endpoint;
    private readonly string _apiVersion;
    private readonly HttpPipeline _pipeline;

    public BatchService(Uri endpoint, HttpPipelinePolicy authentication, BatchClientOptions options)
    {
        _endpoint = endpoint ?? throw new ArgumentNullException(nameof(endpoint));
        _apiVersion = options.Version;
        var pipeline = new HttpPipelineOptions(options) { RequestFailedDetailsParser = new ErrorParser() };
        // At each try: a signature holds for minutes only, and a key or a token may change meanwhile.
        pipeline.PerRetryPolicies.Add(authentication);
        _pipeline = HttpPipelineBuilder.Build(pipeline);
    }

    public Task<Response> SendAsync(BatchRequest request, CancellationToken cancellationToken, Uri? nextLink = null) =>
        SendAsync(request, new RequestContext { CancellationToken = cancellationToken }, nextLink);

    public async Task<Response> SendAsync(BatchRequest request, RequestContext? context, Uri? nextLink = null)
    {
        using HttpMessage message = Create(request, context, nextLink);
        await _pipeline.SendAsync(message, context?.CancellationToken ?? default).ConfigureAwait(false);
        return Answer(message, context);
    }

    public Response Send(BatchRequest request, CancellationToken cancellationToken)
    {
        using HttpMessage message = Create(request, context: null, nextLink: null);
        _pipeline.Send(message, cancellationToken);
        return Answer(message, context: null);
    }

    private static Response Answer(HttpMessage message, RequestContext? context) =>
        message.Response.IsError && context?.ErrorOptions != ErrorOptions.NoThrow
            ? throw new RequestFailedException(message.Response)
            : message.Response;

    private HttpMessage Create(BatchRequest request, RequestContext? context, Uri? nextLink)
    {
        HttpMessage message = _pipeline.CreateMessage(context, new StatusCodeClassifier([request.Success]));
        request.Fill(message.Request, _endpoint, _apiVersion, nextLink);
        return message;
    }

    /// <summary>Reads code, message and values of the service's error body, which is not in the form that Azure.Core knows.</summary>
    private sealed class ErrorParser : RequestFailedDetailsParser
    {
        public override bool TryParse(
            Response response, [NotNullWhen(true)] out ResponseError? error, [NotNullWhen(true)] out IDictionary<string, string>? data)
        {
            error = null;
            data = null;
            try
            {
                using JsonDocument body = JsonDocument.Parse(response.Content);
                if (body.RootElement.Text("code") is not { } code)
                {
                    return false;
                }

                data = new Dictionary<string, string>(StringComparer.Ordinal);
                foreach (JsonElement item in body.RootElement.Items("values"))
                {
                    data[item.Text("key") ?? ""] = item.Text("value") ?? "";
                }

                error = new ResponseError(code, body.RootElement.Object("message")?.Text("value"));
                return true;
            }
            catch (JsonException)
            {
                return false; // From a proxy, say. The exception still has the status and the response.
            }
        }
    }
}

/// <summary>A list that is read page by page.</summary>
/// <param name="service">The account.</param>
/// <param name="request">The request for the first page.</param>
/// <param name="read">Reads one item.</param>
/// <param name="cancellationToken">Ends the reading.</param>
internal sealed class BatchPageable<T>(
    BatchService service, BatchRequest request, Func<JsonElement, T> read, CancellationToken cancellationToken)
    : AsyncPageable<T>(cancellationToken)
    where T : notnull
{
    public override async IAsyncEnumerable<Page<T>> AsPages(string? continuationToken = null, int? pageSizeHint = null)
    {
        BatchRequest first = request with { MaxResults = request.MaxResults ?? pageSizeHint };
        do
        {
            Uri? nextLink = continuationToken is null ? null : new Uri(continuationToken);
            Response response = await service.SendAsync(first, CancellationToken, nextLink).ConfigureAwait(false);
            (T[] items, continuationToken) = response.ReadBody(
                body => (body.Items("value").Select(read).ToArray(), body.Text("odata.nextLink")));
            yield return Page<T>.FromValues(items, continuationToken, response);
        }
        while (continuationToken is not null);
    }
}
