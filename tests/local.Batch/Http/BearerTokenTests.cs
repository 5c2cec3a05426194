using System.Net;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Compute.Batch.Tests.Http;

[TestClass]
public sealed class BearerTokenTests
{
    [TestMethod]
    public async Task A_token_is_asked_for_the_scope_of_batch_and_sent()
    {
        var credential = new RecordingCredential();
        var handler = new OkHandler();
        using var http = new HttpClient(handler);
        var client = new BatchClient(
            new Uri("https://account.region.batch.azure.com"), credential, new BatchClientOptions { Transport = new HttpClientTransport(http) });

        await client.PoolExistsAsync("p");

        Assert.AreEqual("https://batch.core.windows.net//.default", credential.Scopes.Distinct().Single());
        Assert.AreEqual("Bearer the-token", handler.Authorization);
        Assert.AreEqual("https://account.region.batch.azure.com/pools/p?api-version=2025-06-01", handler.Uri);
    }

    [TestMethod]
    public async Task A_token_is_never_sent_without_tls()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200));
        var client = new BatchClient(service.Endpoint, new RecordingCredential());

        await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => client.PoolExistsAsync("p"));

        Assert.IsEmpty(service.Requests);
    }

    private sealed class RecordingCredential : TokenCredential
    {
        public List<string> Scopes { get; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Scopes.AddRange(requestContext.Scopes);
            return new AccessToken("the-token", DateTimeOffset.UtcNow.AddHours(1));
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
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK));
        }
    }
}
