using System.Reflection;
using DurableMl.FunctionsHost.Security;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Description;
using Microsoft.Azure.WebJobs.Host.Config;

namespace DurableMl.FunctionsHost.Http;

/// <summary>
/// The extensions' own endpoints below /runtime/webhooks: Durable Functions' management API and the Event Grid events of blobs. Each has a
/// system key of its own.
/// </summary>
/// <param name="keys">The keys.</param>
/// <param name="baseUrl">The host's own address.</param>
#pragma warning disable CS0618 // IWebHookProvider is marked as not ready for general use; it is what the extensions ask for.
internal sealed class WebHooks(FunctionKeys keys, Uri baseUrl) : IWebHookProvider
#pragma warning restore CS0618
{
    /// <summary>Bodies are read whole; none of an extension's events or calls is nearly as large.</summary>
    private const long MaxBodyBytes = 64 * 1024 * 1024;

    private readonly Dictionary<string, IAsyncConverter<HttpRequestMessage, HttpResponseMessage>> _extensions = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Tells an extension its address, and remembers it as the one that answers there.</summary>
    public Uri GetUrl(IExtensionConfigProvider extension)
    {
        ArgumentNullException.ThrowIfNull(extension);
        if (extension is not IAsyncConverter<HttpRequestMessage, HttpResponseMessage> handler)
        {
            throw new InvalidOperationException($"The extension {extension.GetType().Name} does not take HTTP requests.");
        }

        var name = (extension.GetType().GetCustomAttribute<ExtensionAttribute>()?.ConfigurationSection ?? extension.GetType().Name).ToLowerInvariant();
        _extensions[name] = handler;
        return new Uri(baseUrl, $"runtime/webhooks/{name}?code={keys.SystemKey(KeyNameOf(name))}");
    }

    /// <summary>Maps the endpoints.</summary>
    public void Map(IEndpointRouteBuilder endpoints) => endpoints.Map("/runtime/webhooks/{extension}/{**path}", HandleAsync).WithDisplayName("webhooks");

    private static string KeyNameOf(string extension) => $"{extension}_extension";

    private async Task HandleAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["extension"]!;
        if (!keys.AllowsSystem(context.Request, KeyNameOf(name)))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        if (!_extensions.TryGetValue(name, out var extension))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        using var request = await ReadAsync(context);
        using var response = await extension.ConvertAsync(request, context.RequestAborted);
        await WriteAsync(response, context);
    }

    private static async Task<HttpRequestMessage> ReadAsync(HttpContext context)
    {
        if (context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBodyBytes;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), context.Request.GetEncodedUrl())
        {
            Content = new ByteArrayContent(body.ToArray()),
        };
        foreach (var (header, value) in context.Request.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(header, (IEnumerable<string?>)value))
            {
                request.Content.Headers.TryAddWithoutValidation(header, (IEnumerable<string?>)value);
            }
        }

        return request;
    }

    private static async Task WriteAsync(HttpResponseMessage response, HttpContext context)
    {
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (header, value) in response.Headers.Concat(response.Content.Headers))
        {
            if (!string.Equals(header, "Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
            {
                context.Response.Headers[header] = value.ToArray();
            }
        }

        await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
