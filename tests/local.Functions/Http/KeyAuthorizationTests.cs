using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask.Client;

namespace FunctionsHost.Tests.Http;

public static class GuardedFunctions
{
    [Function("open")]
    public static string Open([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => "open";

    [Function("guarded")]
    public static string Guarded([HttpTrigger("get", Route = null)] HttpRequest request) => "anonymous by the official default";

    [Function("by-function")]
    public static string ByFunction([HttpTrigger(AuthorizationLevel.Function, "get")] HttpRequest request) => "function";

    [Function("by-admin")]
    public static string ByAdmin([HttpTrigger(AuthorizationLevel.Admin, "get")] HttpRequest request) => "admin";

    [Function("urls")]
    public static HttpManagementPayload Urls(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequestData request,
        [DurableClient] DurableTaskClient client
    ) => client.CreateHttpManagementPayload("some", request);
}

[TestClass]
public sealed class KeyAuthorizationTests
{
    [TestMethod]
    public async Task Nobody_needs_a_key_unless_keys_are_turned_on()
    {
        await using RunningHost host = await RunningHost.StartAsync(typeof(GuardedFunctions));
        Assert.AreEqual("function", await host.Http.GetStringAsync("/api/by-function"));
        Assert.AreEqual("admin", await host.Http.GetStringAsync("/api/by-admin"));
    }

    [TestMethod]
    public async Task With_keys_on_each_level_takes_its_own_keys()
    {
        using TemporaryFolder folder = new();
        await using RunningHost host = await RunningHost.StartAsync(
            [typeof(GuardedFunctions)],
            [("Functions:RequireKeys", "true")],
            stateFolder: folder
        );
        Assert.AreEqual(HttpStatusCode.OK, await StatusAsync(host, "/api/open", key: null));
        Assert.AreEqual(HttpStatusCode.OK, await StatusAsync(host, "/api/guarded", key: null));
        Assert.AreEqual(HttpStatusCode.Unauthorized, await StatusAsync(host, "/api/by-function", key: null));
        Assert.AreEqual(HttpStatusCode.Unauthorized, await StatusAsync(host, "/api/by-function", "wrong"));

        JsonElement keys = JsonDocument.Parse(await File.ReadAllTextAsync(folder["keys.json"])).RootElement;
        Assert.AreEqual(
            HttpStatusCode.OK,
            await StatusAsync(host, "/api/by-function", keys.GetProperty("functions/by-function").GetString())
        );
        Assert.AreEqual(HttpStatusCode.OK, await StatusAsync(host, "/api/by-function", keys.GetProperty("host/default").GetString()));
        Assert.AreEqual(HttpStatusCode.OK, await StatusAsync(host, "/api/by-function", keys.GetProperty("master").GetString()));
        Assert.AreEqual(
            HttpStatusCode.Unauthorized,
            await StatusAsync(host, "/api/by-admin", keys.GetProperty("host/default").GetString())
        );
        Assert.AreEqual(HttpStatusCode.OK, await StatusAsync(host, "/api/by-admin", keys.GetProperty("master").GetString()));
        Assert.AreEqual(HttpStatusCode.Unauthorized, await StatusAsync(host, "/admin/host/status", key: null));
        Assert.AreEqual(
            HttpStatusCode.OK,
            (await host.Http.GetAsync($"/api/by-function?code={keys.GetProperty("host/default").GetString()}")).StatusCode
        );
    }

    [TestMethod]
    public async Task The_management_API_takes_the_extension_s_key_and_its_urls_carry_it()
    {
        await using RunningHost host = await RunningHost.StartAsync(typeof(GuardedFunctions), ("Functions:RequireKeys", "true"));
        Assert.AreEqual(HttpStatusCode.Unauthorized, await StatusAsync(host, "/runtime/webhooks/durabletask/instances", key: null));
        JsonElement urls = await host.Http.GetFromJsonAsync<JsonElement>("/api/urls");
        string url = urls.GetProperty("statusQueryGetUri").GetString()!;
        StringAssert.Contains(url, "?code=");
        StringAssert.Contains(urls.GetProperty("terminatePostUri").GetString(), "&code=");
        Assert.AreEqual(HttpStatusCode.NotFound, (await host.Http.GetAsync(url)).StatusCode);
    }

    [TestMethod]
    public async Task Keys_stay_the_same_over_a_restart_and_are_the_owner_s_only()
    {
        using TemporaryFolder folder = new();
        string first;
        await using (
            RunningHost host = await RunningHost.StartAsync(
                [typeof(GuardedFunctions)],
                [("Functions:RequireKeys", "true")],
                stateFolder: folder
            )
        )
        {
            await StatusAsync(host, "/api/by-admin", "x");
            first = await File.ReadAllTextAsync(folder["keys.json"]);
        }

        await using (
            RunningHost host = await RunningHost.StartAsync(
                [typeof(GuardedFunctions)],
                [("Functions:RequireKeys", "true")],
                stateFolder: folder
            )
        )
        {
            await StatusAsync(host, "/api/by-admin", "x");
        }

        Assert.AreEqual(first, await File.ReadAllTextAsync(folder["keys.json"]));
        if (!OperatingSystem.IsWindows())
        {
            Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["keys.json"]));
        }
    }

    private static async Task<HttpStatusCode> StatusAsync(RunningHost host, string path, string? key)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        if (key is not null)
        {
            request.Headers.Add("x-functions-key", key);
        }

        using HttpResponseMessage response = await host.Http.SendAsync(request);
        return response.StatusCode;
    }
}
