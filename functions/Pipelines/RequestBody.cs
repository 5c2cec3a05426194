using System.Text.Json;
using DurableMl.Json;
using DurableMl.Orchestrations.Blobs;
using Microsoft.Azure.Functions.Worker.Http;

namespace DurableMl.Functions.Pipelines;

/// <summary>Reads request bodies up to a limit.</summary>
internal static class RequestBody
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>The body; null when it is longer than <paramref name="limit"/> bytes.</summary>
    public static Task<ReadOnlyMemory<byte>?> ReadBodyAsync(this HttpRequestData request, int limit, CancellationToken cancellationToken) =>
        BoundedContent.ReadAsync(request.Body, limit, cancellationToken);

    /// <summary>The document that a person wrote into the body; null, and the answer that says why, where there is none.</summary>
    /// <param name="request">The request.</param>
    /// <param name="what">What answers call the document: <c>decision</c>.</param>
    /// <param name="limit">Bytes that it may have.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    /// <param name="whenEmpty">What an empty body means; null where that is an error.</param>
    public static async Task<(T? Document, HttpResponseData? Refusal)> ReadDocumentAsync<T>(
        this HttpRequestData request, string what, int limit, CancellationToken cancellationToken, T? whenEmpty = null)
        where T : class
    {
        if (await request.ReadBodyAsync(limit, cancellationToken) is not { } body)
        {
            return (null, await request.TooLongAsync(what, limit));
        }

        if (body.IsEmpty && whenEmpty is not null)
        {
            return (whenEmpty, null);
        }

        T? document = StrictJson.Read<T>(body, Strict, out IReadOnlyList<JsonProblem> problems);
        return (document, document is null ? await request.InvalidJsonAsync($"The {what} is not valid.", problems) : null);
    }
}
