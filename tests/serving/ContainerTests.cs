using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Azure.Storage.Blobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Serving.Tests;

/// <summary>The conformance suite against the container's program.</summary>
[TestClass]
public sealed class ContainerConformanceTests : InferenceConformance
{
    private static Server server = null!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context) => server = await Server.StartAsync();

    [ClassCleanup]
    public static async Task StopAsync() => await server.DisposeAsync();

    [AssemblyCleanup]
    public static Task StopStorageAsync() => Server.StopStorageAsync();

    protected override Task<HttpClient> ClientAsync() => Task.FromResult(server.Http);

    protected override Task<BlobServiceClient> BlobsAsync() => Server.BlobsAsync();
}

/// <summary>The signature over the container's HTTP.</summary>
[TestClass]
public sealed class ContainerSignatureTests : HttpSignatureConformance
{
    private static Server server = null!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context) => server = await Server.StartAsync();

    [ClassCleanup]
    public static async Task StopAsync() => await server.DisposeAsync();

    protected override Task<HttpClient> ClientAsync() => Task.FromResult(server.Http);

    protected override Task<BlobServiceClient> BlobsAsync() => Server.BlobsAsync();
}

/// <summary>What the container does beside the endpoints: how it starts and ends, and who may call.</summary>
[TestClass]
public sealed class ContainerTests
{
    [TestMethod]
    public async Task Told_to_end_it_is_not_ready_any_more_answers_for_a_while_and_ends_by_itself()
    {
        await using Server server = await Server.StartAsync(("Serving__DrainSeconds", "3"));
        using (Process kill = Process.Start("kill", ["-TERM", $"{server.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        await Eventually.TrueAsync(async () => !await server.IsReadyAsync(), "it is not ready");
        using HttpResponseMessage late = await server.Http.GetAsync(new Uri("v2", UriKind.Relative));

        Assert.AreEqual(HttpStatusCode.OK, late.StatusCode);
        Assert.AreEqual(0, await server.EndAsync());
    }

    [TestMethod]
    [DataRow("Serving__DrainSeconds", "0", "Nobody could call")]
    [DataRow("Serving__Keys__0", "short", "at least 16 characters")]
    public async Task It_does_not_start_without_saying_who_may_call(string name, string value, string because)
    {
        await using Server server = await Server.LaunchAsync((name, value));

        Assert.AreNotEqual(0, await server.EndAsync());
        await Eventually.TrueAsync(() => server.Log.Contains(because, StringComparison.Ordinal), "it says why", () => server.Log);
    }

    [TestMethod]
    public async Task It_can_be_left_open_where_something_in_front_asks_who_calls()
    {
        await using Server server = await Server.StartAsync(("Serving__AllowAnonymous", "true"));
        using var stranger = new HttpClient { BaseAddress = server.Http.BaseAddress };

        Assert.AreEqual(HttpStatusCode.OK, (await stranger.GetAsync(new Uri("v2", UriKind.Relative))).StatusCode);
    }

    [TestMethod]
    public async Task Tokens_of_the_tenant_for_its_audience_are_let_in_and_no_others()
    {
        using var rsa = RSA.Create(2048);
        var key = new RsaSecurityKey(rsa) { KeyId = "k" };
        await using WebApplication issuer = await StartIssuerAsync(key);
        string authority = $"{issuer.Urls.First()}/tenant/v2.0";
        await using Server server = await Server.StartAsync(
            ("Serving__Entra__Instance", issuer.Urls.First()), ("Serving__Entra__TenantId", "tenant"), ("Serving__Entra__Audience", "api://models"));
        using var caller = new HttpClient { BaseAddress = server.Http.BaseAddress };

        Assert.AreEqual(HttpStatusCode.OK, await StatusAsync(caller, Token(key, authority, "api://models")), server.Log);
        Assert.AreEqual(HttpStatusCode.Unauthorized, await StatusAsync(caller, Token(key, authority, "api://others")));
        Assert.AreEqual(HttpStatusCode.Unauthorized, await StatusAsync(caller, Token(key, authority + "x", "api://models")));
        using var other = RSA.Create(2048);
        Assert.AreEqual(HttpStatusCode.Unauthorized, await StatusAsync(caller, Token(new RsaSecurityKey(other) { KeyId = "k" }, authority, "api://models")));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient caller, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "v2");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await caller.SendAsync(request);
        return response.StatusCode;
    }

    private static string Token(RsaSecurityKey key, string issuer, string audience) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = issuer, Audience = audience, SigningCredentials = new(key, SecurityAlgorithms.RsaSha256),
    });

    // What Entra publishes for a tenant, as far as it takes to check a token.
    private static async Task<WebApplication> StartIssuerAsync(RsaSecurityKey key)
    {
        // Not the settings of the program under test, which lie in the same folder.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        WebApplication issuer = builder.Build();
        issuer.Urls.Add("http://127.0.0.1:0");
        issuer.MapGet("/tenant/v2.0/.well-known/openid-configuration", (HttpRequest request) =>
            JsonSerializer.Serialize(new { issuer = $"http://{request.Host}/tenant/v2.0", jwks_uri = $"http://{request.Host}/keys" }));
        RSAParameters parameters = key.Rsa.ExportParameters(includePrivateParameters: false);
        issuer.MapGet("/keys", () => JsonSerializer.Serialize(new
        {
            keys = new[] { new { kty = "RSA", use = "sig", kid = key.KeyId, n = Base64UrlEncoder.Encode(parameters.Modulus), e = Base64UrlEncoder.Encode(parameters.Exponent) } },
        }));
        await issuer.StartAsync();
        return issuer;
    }
}
