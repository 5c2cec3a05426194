using System.Net;

namespace FunctionsHost.Tests.Security;

[TestClass]
public sealed class KeyTests
{
    private static HostProcess Host => SharedHost.Instance;

    [TestMethod]
    public async Task An_anonymous_function_needs_no_key() => Assert.AreEqual(HttpStatusCode.OK, await GetAsync("api/anonymous"));

    [TestMethod]
    public async Task A_function_takes_its_own_key_the_hosts_and_the_master_key_in_header_or_query()
    {
        var own = (string)(await Host.AdminAsync("admin/functions/Keyed/keys"))["keys"]![0]!["value"]!;
        var all = (string)Host.Keys["functionKeys"]!["default"]!;
        foreach (var key in new[] { own, all, Host.MasterKey })
        {
            Assert.AreEqual(HttpStatusCode.OK, await GetAsync("api/keyed", key));
            Assert.AreEqual(HttpStatusCode.OK, await GetAsync($"api/keyed?code={key}"));
        }
    }

    [TestMethod]
    public async Task A_function_refuses_no_key_a_wrong_one_an_extensions_and_another_functions()
    {
        var other = (string)(await Host.AdminAsync("admin/functions/Echo/keys"))["keys"]![0]!["value"]!;
        Assert.AreEqual(HttpStatusCode.Unauthorized, await GetAsync("api/keyed"));
        foreach (var key in new[] { "wrong", "", other, SystemKey("durabletask_extension") })
        {
            Assert.AreEqual(HttpStatusCode.Unauthorized, await GetAsync("api/keyed", key));
            Assert.AreEqual(HttpStatusCode.Unauthorized, await GetAsync($"api/keyed?code={key}"));
        }
    }

    [TestMethod]
    public async Task Admin_functions_and_the_hosts_own_endpoints_take_the_master_key_alone()
    {
        var all = (string)Host.Keys["functionKeys"]!["default"]!;
        foreach (var address in new[] { "api/adminonly", "admin/host/status", "admin/functions", "admin/host/keys" })
        {
            Assert.AreEqual(HttpStatusCode.Unauthorized, await GetAsync(address));
            Assert.AreEqual(HttpStatusCode.Unauthorized, await GetAsync(address, all));
            Assert.AreEqual(HttpStatusCode.OK, await GetAsync(address, Host.MasterKey));
        }
    }

    [TestMethod]
    public async Task An_extensions_endpoints_take_its_system_key_and_the_master_key()
    {
        const string address = "runtime/webhooks/durabletask/instances";
        Assert.AreEqual(HttpStatusCode.Unauthorized, await GetAsync(address));
        Assert.AreEqual(HttpStatusCode.Unauthorized, await GetAsync(address, SystemKey("blobs_extension")));
        Assert.AreEqual(HttpStatusCode.OK, await GetAsync($"{address}?code={SystemKey("durabletask_extension")}"));
        Assert.AreEqual(HttpStatusCode.OK, await GetAsync(address, Host.MasterKey));
    }

    [TestMethod]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Only_the_owner_can_read_the_file_of_keys() =>
        Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Host.State, "keys.json")));

    private static string SystemKey(string name) => (string)Host.Keys["systemKeys"]![name]!;

    private static async Task<HttpStatusCode> GetAsync(string address, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (key is not null)
        {
            request.Headers.Add("x-functions-key", key);
        }

        using var response = await Host.Client.SendAsync(request);
        return response.StatusCode;
    }
}
