using System.Net;

namespace FunctionsHost.Tests.Security;

/// <summary>What a web page in a browser on the developer's machine can do with the host.</summary>
[TestClass]
public sealed class CallerTests
{
    [TestMethod]
    public async Task Another_host_name_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/anonymous") { Headers = { Host = "rebound.example.org" } };
        using var response = await SharedHost.Client.SendAsync(request);
        Assert.AreEqual(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [TestMethod]
    public async Task Pages_of_other_origins_are_refused_and_the_hosts_own_is_not()
    {
        Assert.AreEqual(HttpStatusCode.Forbidden, (await SendAsync(SharedHost.Client, HttpMethod.Get, "https://example.org")).StatusCode);
        Assert.AreEqual(HttpStatusCode.Forbidden, (await SendAsync(SharedHost.Client, HttpMethod.Get, "null")).StatusCode);
        Assert.AreEqual(HttpStatusCode.OK, (await SendAsync(SharedHost.Client, HttpMethod.Get, $"http://{SharedHost.Client.BaseAddress!.Authority}")).StatusCode);
    }

    [TestMethod]
    public async Task Local_settings_allow_origins_and_no_auth_asks_for_no_keys()
    {
        using var app = new AppCopy();
        app.Write("local.settings.json", """
            {
              "IsEncrypted": false,
              "Values": { "FUNCTIONS_WORKER_RUNTIME": "dotnet-isolated" },
              "Host": { "CORS": "https://allowed.example.org", "CORSCredentials": true }
            }
            """);
        await using var host = await HostProcess.StartAsync(new HostSettings { App = app.Folder, Only = ["Anonymous", "Keyed", "AdminOnly"], Arguments = ["--no-auth"] });

        var allowed = await SendAsync(host.Client, HttpMethod.Get, "https://allowed.example.org");
        Assert.AreEqual(HttpStatusCode.OK, allowed.StatusCode);
        Assert.AreEqual("https://allowed.example.org", allowed.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.AreEqual("true", allowed.Headers.GetValues("Access-Control-Allow-Credentials").Single());
        Assert.AreEqual(HttpStatusCode.NoContent, (await SendAsync(host.Client, HttpMethod.Options, "https://allowed.example.org")).StatusCode);
        Assert.AreEqual(HttpStatusCode.Forbidden, (await SendAsync(host.Client, HttpMethod.Options, "https://other.example.org")).StatusCode);

        foreach (var address in new[] { "api/keyed", "api/adminonly", "admin/host/status" })
        {
            using var response = await host.Client.GetAsync(new Uri(address, UriKind.Relative));
            Assert.AreEqual(HttpStatusCode.OK, response.StatusCode, address);
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string origin)
    {
        using var request = new HttpRequestMessage(method, "api/anonymous") { Headers = { { "Origin", origin }, { "Access-Control-Request-Method", "GET" } } };
        return await client.SendAsync(request);
    }
}
