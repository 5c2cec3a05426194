using System.Collections.Concurrent;
using System.Text;
using Azure.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Azure.Compute.Batch.Tests;

/// <summary>A request as it came over the wire.</summary>
internal sealed record RecordedRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string? Header(string name) => Headers.GetValueOrDefault(name);
}

/// <summary>What the service answers.</summary>
internal sealed record Answer(int Status, string? Body = null, params (string Name, string Value)[] Headers)
{
    public static Answer Error(int status, string code, params (string Name, string Value)[] headers) => new(
        status,
        $$$"""{"code":"{{{code}}}","message":{"value":"It did not work.\nRequestId:1"},"values":[{"key":"k","value":"v"}]}""",
        headers);
}

/// <summary>An HTTP server on loopback that records what the client sends and answers as told.</summary>
internal sealed class RecordingService : IAsyncDisposable
{
    public const string Account = "testaccount";
    public const string Key = "c2VjcmV0IGtleSBvZiB0aGUgdGVzdCBhY2NvdW50IQ==";

    private readonly WebApplication app;
    private readonly ConcurrentQueue<RecordedRequest> requests = new();
    private readonly Func<RecordedRequest, Answer> answer;

    private RecordingService(WebApplication app, Func<RecordedRequest, Answer> answer) => (this.app, this.answer) = (app, answer);

    public Uri Endpoint { get; private set; } = null!;

    public IReadOnlyList<RecordedRequest> Requests => [.. requests];

    public RecordedRequest Request => requests.Single();

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

    /// <summary>Answers in order, and the last one from then on.</summary>
    public static Task<RecordingService> StartAsync(params Answer[] answers)
    {
        int next = 0;
        return StartAsync(_ => answers[Math.Min(Interlocked.Increment(ref next), answers.Length) - 1]);
    }

    public BatchClient Client(int retries = 0)
    {
        var options = new BatchClientOptions();
        options.Retry.MaxRetries = retries;
        options.Retry.Delay = TimeSpan.Zero;
        return new BatchClient(Endpoint, new AzureNamedKeyCredential(Account, Key), options);
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var request = new RecordedRequest(
            context.Request.Method,
            context.Features.Get<IHttpRequestFeature>()!.RawTarget,
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            await reader.ReadToEndAsync());
        requests.Enqueue(request);
        (int status, string? body, (string Name, string Value)[] headers) = answer(request);
        context.Response.StatusCode = status;
        foreach ((string name, string value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        if (body is not null)
        {
            await context.Response.WriteAsync(body);
        }
    }
}
