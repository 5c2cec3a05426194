using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Orchestrations.Blobs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace DurableMl.Orchestrations.Workflows.Targets;

/// <summary>
/// Activity: <c>http:invoke</c>, with the arguments and the answer of AWS's: <c>ApiEndpoint</c>, <c>Method</c>, <c>Headers</c>, <c>QueryParameters</c>,
/// <c>RequestBody</c>. Sends only to the addresses of <see cref="WorkflowOptions.HttpEndpoints"/> and follows no redirects. After a crash a request
/// may be sent twice.
/// </summary>
/// <param name="options">The settings.</param>
public sealed class InvokeHttp(IOptions<WorkflowOptions> options)
{
    private const int MaximumBytes = 256 * 1024;

    private static readonly HttpClient Client = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        Timeout = TimeSpan.FromSeconds(60),
    };

    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];

    /// <summary>Sends the request.</summary>
    [Function(nameof(InvokeHttp))]
    public async Task<TaskAnswer> RunAsync([ActivityTrigger] JsonNode input, CancellationToken cancellationToken)
    {
        var arguments = input as JsonObject ?? [];
        var method = Text(arguments, "Method") ?? "";
        if (Address(arguments) is not { } address || !Methods.Contains(method))
        {
            return Failed("States.Runtime", $"'ApiEndpoint' must be an http or https address, and 'Method' one of {string.Join(", ", Methods)}.");
        }

        if (!options.Value.HttpEndpoints.Any(allowed => Allows(allowed, address)))
        {
            return Failed("States.Runtime", $"Workflows may send no requests to {address.GetLeftPart(UriPartial.Path)}; the setting Workflows__HttpEndpoints__0 allows addresses.");
        }

        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        if (arguments["RequestBody"] is { } body)
        {
            request.Content = new StringContent(body.ToJsonString(JsonBlobs.Options), Encoding.UTF8, MediaTypeNames.Application.Json);
        }

        foreach (var (name, value) in arguments["Headers"] as JsonObject ?? [])
        {
            var isTaken = request.Headers.TryAddWithoutValidation(name, value?.ToString())
                || request.Content?.Headers.Remove(name) is not null && request.Content.Headers.TryAddWithoutValidation(name, value?.ToString());
            if (!isTaken)
            {
                return Failed("States.Runtime", $"The header '{name}' cannot be set.");
            }
        }

        try
        {
            using var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            if (await BoundedContent.ReadAsync(stream, MaximumBytes, cancellationToken) is not { } content)
            {
                return Failed("States.DataLimitExceeded", $"The answer has more than {MaximumBytes} bytes.");
            }

            var answer = Answer(response, content.Span);
            return response.IsSuccessStatusCode
                ? new TaskAnswer(IsFailure: false, answer)
                : Failed(string.Create(CultureInfo.InvariantCulture, $"States.Http.StatusCode.{(int)response.StatusCode}"), answer.ToJsonString(JsonBlobs.Options));
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return Failed("States.Http.Socket", e.Message);
        }
    }

    /// <summary>Whether an allowed address covers one: the same server, and a path that begins with whole segments of its path.</summary>
    internal static bool Allows(string allowed, Uri address) =>
        Uri.TryCreate(allowed, UriKind.Absolute, out var prefix)
        && address.UserInfo.Length == 0
        && string.Equals(prefix.GetLeftPart(UriPartial.Authority), address.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase)
        && (address.AbsolutePath + "/").StartsWith(prefix.AbsolutePath.TrimEnd('/') + "/", StringComparison.Ordinal);

    private static Uri? Address(JsonObject arguments)
    {
        if (!Uri.TryCreate(Text(arguments, "ApiEndpoint"), UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            return null;
        }

        var query = (arguments["QueryParameters"] as JsonObject ?? [])
            .SelectMany(pair => (pair.Value is JsonArray values ? values : [pair.Value?.DeepClone()]).Select(value =>
                $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(value?.ToString() ?? "")}"));
        var parameters = string.Join('&', query);
        return parameters.Length == 0 ? address : new UriBuilder(address) { Query = address.Query.Length > 1 ? $"{address.Query[1..]}&{parameters}" : parameters }.Uri;
    }

    private static JsonObject Answer(HttpResponseMessage response, ReadOnlySpan<byte> content)
    {
        var headers = new JsonObject();
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            headers[name.ToLowerInvariant()] = new JsonArray([.. values.Select(value => JsonValue.Create(value))]);
        }

        return new JsonObject
        {
            ["Headers"] = headers,
            ["ResponseBody"] = Body(response.Content.Headers.ContentType, content),
            ["StatusCode"] = (int)response.StatusCode,
            ["StatusText"] = response.ReasonPhrase ?? "",
        };
    }

    private static JsonNode? Body(MediaTypeHeaderValue? type, ReadOnlySpan<byte> content)
    {
        var text = Encoding.UTF8.GetString(content);
        if (type?.MediaType?.EndsWith("json", StringComparison.OrdinalIgnoreCase) != true)
        {
            return text;
        }

        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            // What calls itself JSON and is none is handed on as it came.
            return text;
        }
    }

    private static string? Text(JsonObject arguments, string name) => arguments[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static TaskAnswer Failed(string error, string cause) => new(IsFailure: true, null, error, cause);
}
