using System.Net.Mime;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Net.Http.Headers;

namespace DurableMl.Functions.Hosting;

/// <summary>
/// Refuses bodies of requests to <c>api/</c> that do not say that they are JSON or, for a job, a ZIP archive. Any web page may have a browser
/// send text or a form to any address without asking; these it may not.
/// </summary>
internal sealed class JsonBodies : IFunctionsWorkerMiddleware
{
    private static readonly PathString Api = "/api";

    /// <inheritdoc/>
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        bool refused = context.GetHttpContext()?.Request is { } request
            && request.Path.StartsWithSegments(Api, StringComparison.OrdinalIgnoreCase) && HasBody(request) && !IsJson(request.ContentType) && !IsArchive(request.ContentType);
        return refused ? RefuseAsync(context.GetHttpContext()!) : next(context);
    }

    private static bool HasBody(HttpRequest request) =>
        request.ContentLength is > 0 || (request.ContentLength is null && request.Headers.TransferEncoding.Count > 0);

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type)
        && (type.MediaType.Equals(MediaTypeNames.Application.Json, StringComparison.OrdinalIgnoreCase)
            || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase));

    private static bool IsArchive(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type) && type.MediaType.Equals(MediaTypeNames.Application.Zip, StringComparison.OrdinalIgnoreCase);

    private static Task RefuseAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
        return http.Response.WriteAsJsonAsync(
            new ProblemDetails
            {
                Type = "about:blank",
                Title = "The body must be JSON.",
                Status = StatusCodes.Status415UnsupportedMediaType,
                Detail = $"Content-Type is {(http.Request.ContentType is { } type ? $"'{type}'" : "missing")}; send 'application/json'.",
            },
            options: null,
            contentType: MediaTypeNames.Application.ProblemJson,
            http.RequestAborted);
    }
}
