using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Azure.Compute.Batch.Tests;

/// <summary>A request as it came over the wire.</summary>
internal sealed record RecordedRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Path => Target.Split('?')[0];

    public string Text => Encoding.UTF8.GetString(Body);

    public JsonObject Json => JsonNode.Parse(Text)!.AsObject();

    /// <summary>Query parameters, decoded.</summary>
    public IReadOnlyDictionary<string, string> Query =>
        Target.Contains('?', StringComparison.Ordinal)
            ? Target.Split('?')[1].Split('&').Select(p => p.Split('=', 2)).ToDictionary(p => Uri.UnescapeDataString(p[0]), p => Uri.UnescapeDataString(p[1]))
            : new Dictionary<string, string>();

    public string? Header(string name) => Headers.TryGetValue(name, out string? value) ? value : null;
}

/// <summary>What the service answers.</summary>
internal sealed record Answer(int Status, string? Json = null, params (string Name, string Value)[] Headers)
{
    public static Answer Error(int status, string code, params (string Name, string Value)[] headers) => new(
        status,
        $$"""{"odata.metadata":"x","code":"{{code}}","message":{"lang":"en-US","value":"It did not work.\nRequestId:1\nTime:2"},"values":[{"key":"k","value":"v"}]}""",
        headers);
}

/// <summary>An HTTP server on loopback that records what the client sends and answers as told.</summary>
internal sealed class RecordingService : IAsyncDisposable
{
    public const string Account = "testaccount";
    public const string Key = "c2VjcmV0IGtleSBvZiB0aGUgdGVzdCBhY2NvdW50IQ==";

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<RecordedRequest> _requests = new();
    private readonly Func<RecordedRequest, Answer> _answer;

    private RecordingService(WebApplication app, Func<RecordedRequest, Answer> answer)
    {
        _app = app;
        _answer = answer;
    }

    public Uri Endpoint { get; private set; } = null!;

    public IReadOnlyList<RecordedRequest> Requests => [.. _requests];

    public RecordedRequest Request => _requests.Single();

    public static async Task<RecordingService> StartAsync(Func<RecordedRequest, Answer> answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Logging.ClearProviders();
        WebApplication app = builder.Build();
        var service = new RecordingService(app, answer);
        app.Run(service.HandleAsync);
        await app.StartAsync();
        service.Endpoint = new Uri(app.Urls.Single());
        return service;
    }

    public static Task<RecordingService> StartAsync(params Answer[] answers)
    {
        int next = 0;
        return StartAsync(_ => answers[Math.Min(Interlocked.Increment(ref next), answers.Length) - 1]);
    }

    public BatchClient Client(Action<BatchClientOptions>? configure = null)
    {
        var options = new BatchClientOptions();
        options.Retry.MaxRetries = 0;
        configure?.Invoke(options);
        return new BatchClient(Endpoint, new AzureNamedKeyCredential(Account, Key), options);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var request = new RecordedRequest(
            context.Request.Method,
            context.Features.Get<IHttpRequestFeature>()!.RawTarget,
            context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray());
        _requests.Enqueue(request);
        Answer answer = _answer(request);
        context.Response.StatusCode = answer.Status;
        foreach ((string name, string value) in answer.Headers)
        {
            context.Response.Headers[name] = value;
        }

        if (answer.Json is not null && request.Method != "HEAD" && answer.Status != 204)
        {
            context.Response.ContentType ??= "application/json; odata=minimalmetadata";
            await context.Response.WriteAsync(answer.Json);
        }
    }
}
