using System.Text;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Http;
using Microsoft.DurableTask;
using Microsoft.Extensions.Primitives;

namespace DurableMl.Local.Functions.Durable;

/// <summary>Sends one HTTP request for an orchestrator. Redirects are followed; any status is a result.</summary>
internal sealed class CallHttpActivity(IHttpClientFactory clients) : TaskActivity<DurableHttpRequest, DurableHttpResponse>
{
    /// <summary>The name that Durable Functions reserves for it.</summary>
    public const string Name = "BuiltIn::HttpActivity";

    public const string ClientName = "DurableHttp";

    /// <summary>A response is kept in the orchestration's history, so it may not be large.</summary>
    private const int MaxResponseLength = 32 * 1024 * 1024;

    public override async Task<DurableHttpResponse> RunAsync(TaskActivityContext context, DurableHttpRequest input)
    {
        if (!input.Uri.IsAbsoluteUri || (input.Uri.Scheme != Uri.UriSchemeHttp && input.Uri.Scheme != Uri.UriSchemeHttps))
        {
            throw new ArgumentException($"DurableHttpRequest.Uri is '{input.Uri}': give an absolute http or https address.", nameof(input));
        }

        using HttpClient client = clients.CreateClient(ClientName);
        client.MaxResponseContentBufferSize = MaxResponseLength;
        client.Timeout = input.Timeout ?? client.Timeout;
        using HttpRequestMessage request = new(input.Method, input.Uri);
        if (input.Content is not null)
        {
            request.Content = new StringContent(input.Content, Encoding.UTF8);
            request.Content.Headers.ContentType = null;
        }

        foreach (
            (string name, StringValues values) in input.Headers ?? new Dictionary<string, StringValues>(StringComparer.OrdinalIgnoreCase)
        )
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }

        if (request.Content is { Headers.ContentType: null })
        {
            request.Content.Headers.ContentType = new("application/json");
        }

        using HttpResponseMessage response = await client.SendAsync(request);
        return new DurableHttpResponse(response.StatusCode)
        {
            Headers = response
                .Headers.Concat(response.Content.Headers)
                .ToDictionary(h => h.Key, h => new StringValues([.. h.Value]), StringComparer.OrdinalIgnoreCase),
            Content = await response.Content.ReadAsStringAsync(),
        };
    }
}
