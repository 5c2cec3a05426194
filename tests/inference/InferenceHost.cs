using Azure.Storage.Blobs;
using DurableMl.Inference;
using DurableMl.Inference.Endpoints;
using DurableMl.Inference.Serving;
using DurableMl.Registry;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Inference.Tests;

/// <summary>The inference server behind a real Kestrel on loopback, over its own container in the test assembly's Azurite.</summary>
internal sealed class InferenceHost : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly TemporaryFolder folder;

    private InferenceHost(WebApplication app, TemporaryFolder folder, BlobContainerClient container)
    {
        this.app = app;
        this.folder = folder;
        Container = container;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()), Timeout = Patience.Limit };
    }

    public HttpClient Client { get; }

    public BlobContainerClient Container { get; }

    public string CacheFolder => folder["cache"];

    public ModelRegistry Registry => Service<ModelRegistry>();

    public T Service<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    public static async Task<InferenceHost> StartAsync(
        BlobContainerClient? container = null, Dictionary<string, string?>? settings = null, Action<IServiceCollection>? configure = null)
    {
        var folder = new TemporaryFolder();
        container ??= Storage.NewContainer();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Inference:CacheFolder"] = folder["cache"], ["Inference:RefreshSeconds"] = "0.2" });
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        builder.Services.AddSingleton(provider => new ModelRegistry(container, provider.GetRequiredService<TimeProvider>()));
        configure?.Invoke(builder.Services);
        builder.Services.AddInference();
        WebApplication app = builder.Build();
        Map(app);
        await app.StartAsync();

        // It could look at a model between its publication and its first alias, and would remember for a moment that there is none.
        var preloader = app.Services.GetRequiredService<Preloader>();
        await Eventually.TrueAsync(() => preloader.IsReady, "the server is ready");
        return new(app, folder, container);
    }

    /// <summary>Publishes a model of one file and makes it champion (or whatever alias).</summary>
    public async Task<string> PublishAsync(string model, byte[] onnx, string? alias = "champion", ServingOptions? serving = null, string? sample = null, BatchingEvidence? batching = null)
    {
        List<ModelSource> files = [ModelSource.FromBytes("model.onnx", onnx)];
        if (sample is not null)
        {
            files.Add(ModelSource.FromBytes("sample.json", System.Text.Encoding.UTF8.GetBytes(sample)));
        }

        ModelManifest manifest = await Registry.PublishAsync(
            new(model, new(Guid.NewGuid().ToString()), files) { Serving = serving, Batching = batching, Sample = sample is null ? null : "sample.json" });
        if (alias is not null)
        {
            await Registry.SetAliasAsync(model, alias, manifest.Version);
        }

        return manifest.Version;
    }

    /// <summary>Puts traffic rules in force, whatever was there.</summary>
    public async Task SetTrafficAsync(string model, string rules)
    {
        HttpResponseMessage current = await Client.GetAsync($"api/models/{model}/traffic");
        var request = new HttpRequestMessage(HttpMethod.Put, $"api/models/{model}/traffic") { Content = new StringContent(rules, System.Text.Encoding.UTF8, "application/json") };
        if (current.Headers.ETag is { } etag)
        {
            request.Headers.IfMatch.Add(etag);
        }
        else
        {
            request.Headers.IfNoneMatch.Add(System.Net.Http.Headers.EntityTagHeaderValue.Any);
        }

        HttpResponseMessage response = await Client.SendAsync(request);
        Assert.AreEqual(200, (int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
        folder.Dispose();
    }

    private static void Map(WebApplication app)
    {
        var endpoints = app.Services.GetRequiredService<InferenceEndpoints>();
        foreach (InferenceEndpoint endpoint in endpoints.All)
        {
            app.MapMethods(endpoint.Route, endpoint.Methods, context => endpoints.AnswerAsync(endpoint.Name, context));
        }
    }
}
