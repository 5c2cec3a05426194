using Azure.Core;
using Azure.Core.Pipeline;
using Microsoft.Extensions.Time.Testing;

namespace Azure.Compute.Batch.Tests;

[TestClass]
public sealed class SignInTests
{
    private static readonly FakeTimeProvider Clock = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    // The signatures were made with openssl from strings to sign that were written by hand after the documentation of the service.
    [TestMethod]
    [DataRow("GET", "/pools?api-version=2025-06-01", null, null, "5mwJ6uy888FYbAG2S42iUKbsGbUZdaGswoON96nSqoQ=")]
    [DataRow(
        "POST",
        "/jobs/a%20b/terminate?timeOut=7&api-version=2025-06-01&%24filter=state%20eq%20%27active%27%20and%20id%20ne%20%27a%2Bb%26c%27",
        "{}",
        "\"0x8D1\"",
        "gkj04mjVF525x0FAtiIJPFDKI2UJU6/Xr7F0/yHr5LA=")]
    public async Task A_signature_agrees_with_one_that_was_made_elsewhere(
        string method, string target, string? body, string? ifMatch, string signature)
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200));
        var policy = new SharedKeyPolicy(new AzureNamedKeyCredential(RecordingService.Account, RecordingService.Key), Clock);
        HttpPipeline pipeline = HttpPipelineBuilder.Build(new BatchClientOptions(), policy);
        using HttpMessage message = pipeline.CreateMessage();
        message.Request.Method = RequestMethod.Parse(method);
        message.Request.Uri.Reset(new Uri(service.Endpoint, target));
        if (body is not null)
        {
            message.Request.Content = RequestContent.Create(new BinaryData(body));
            message.Request.Headers.Add("Content-Type", "application/json; odata=minimalmetadata");
            message.Request.Headers.Add("If-Match", ifMatch!);
        }

        await pipeline.SendAsync(message, CancellationToken.None);

        Assert.AreEqual("Fri, 02 Jan 2026 03:04:05 GMT", service.Request.Header("ocp-date"));
        Assert.AreEqual($"SharedKey testaccount:{signature}", service.Request.Header("Authorization"));
    }

    [TestMethod]
    public async Task A_key_that_is_rolled_over_is_used_from_the_next_request_on()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200));
        string newKey = Convert.ToBase64String("another key"u8);
        var credential = new AzureNamedKeyCredential(RecordingService.Account, RecordingService.Key);
        var options = new BatchClientOptions();
        HttpPipeline pipeline = HttpPipelineBuilder.Build(options, new SharedKeyPolicy(credential, Clock));

        await GetAsync();
        credential.Update(RecordingService.Account, newKey);
        await GetAsync();

        Assert.AreNotEqual(service.Requests[0].Header("Authorization"), service.Requests[1].Header("Authorization"));

        async Task GetAsync()
        {
            using HttpMessage message = pipeline.CreateMessage();
            message.Request.Method = RequestMethod.Get;
            message.Request.Uri.Reset(service.Endpoint);
            await pipeline.SendAsync(message, CancellationToken.None);
        }
    }

    [TestMethod]
    public void A_key_that_is_not_base64_is_refused_before_it_is_used()
    {
        ArgumentException e = Assert.ThrowsExactly<ArgumentException>(
            () => new BatchClient(new Uri("https://account.region.batch.azure.com"), new AzureNamedKeyCredential("account", "not a key")));

        StringAssert.Contains(e.Message, "base64");
    }

    [TestMethod]
    public async Task A_token_is_asked_for_the_scope_of_batch_and_sent()
    {
        var credential = new RecordingCredential();
        var handler = new OkHandler();
        using var http = new HttpClient(handler);
        var options = new BatchClientOptions { Transport = new HttpClientTransport(http) };
        var client = new BatchClient(new Uri("https://account.region.batch.azure.com"), credential, options);

        await client.GetJobAsync("j");

        Assert.AreEqual("https://batch.core.windows.net//.default", credential.Scopes.Distinct().Single());
        Assert.AreEqual("Bearer the-token", handler.Authorization);
        Assert.AreEqual("https://account.region.batch.azure.com/jobs/j?api-version=2025-06-01", handler.Uri);
    }

    [TestMethod]
    public async Task A_token_is_never_sent_without_tls()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200, "{}"));
        var client = new BatchClient(service.Endpoint, new RecordingCredential());

        await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => client.GetJobAsync("j"));

        Assert.IsEmpty(service.Requests);
    }

    private sealed class RecordingCredential : TokenCredential
    {
        public List<string> Scopes { get; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Scopes.AddRange(requestContext.Scopes);
            return new AccessToken("the-token", DateTimeOffset.MaxValue);
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }

    private sealed class OkHandler : HttpMessageHandler
    {
        public string? Authorization { get; private set; }

        public string? Uri { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Authorization = request.Headers.Authorization?.ToString();
            Uri = request.RequestUri?.AbsoluteUri;
            return Task.FromResult(new HttpResponseMessage { Content = new StringContent("{}") });
        }
    }
}
