using System.Net;
using System.Text.Json.Nodes;

namespace BatchEmulator.Tests.Wire;

[TestClass]
public sealed class AuthenticationTests
{
    [TestMethod]
    public async Task A_request_without_a_signature_or_with_a_wrong_one_is_refused()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        using var http = new HttpClient();
        using var stranger = new RestClient(emulator.Host.Url, emulator.Host.AccountName, Convert.ToBase64String("another key"u8));
        using var elsewhere = new RestClient(emulator.Host.Url, "other", emulator.Host.AccountKey);

        Assert.AreEqual(HttpStatusCode.Unauthorized, (await http.GetAsync(emulator.Host.Url + "/pools?api-version=2025-06-01")).StatusCode);
        Assert.AreEqual("AuthenticationFailed", await stranger.FailsAsync(HttpStatusCode.Forbidden, "GET", "/pools"));
        Assert.AreEqual("AuthenticationFailed", await elsewhere.FailsAsync(HttpStatusCode.Forbidden, "GET", "/pools"));
    }

    [TestMethod]
    public async Task The_signature_covers_what_is_sent()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var signed = await emulator.Client.SendRawAsync("GET", "/pools?maxresults=1");
        using var http = new HttpClient();
        using var changed = new HttpRequestMessage(HttpMethod.Get, emulator.Host.Url + "/pools?maxresults=2&api-version=2025-06-01");
        foreach (var header in signed.RequestMessage!.Headers)
        {
            changed.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        Assert.AreEqual(HttpStatusCode.OK, signed.StatusCode);
        Assert.AreEqual(HttpStatusCode.Forbidden, (await http.SendAsync(changed)).StatusCode);
    }

    [TestMethod]
    [DataRow("2025-06-01")]
    [DataRow("2022-10-01.16.0")]
    public async Task Both_versions_are_spoken(string version)
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        emulator.Client.Version = version;

        await emulator.Client.OkAsync("GET", "/pools");
    }

    [TestMethod]
    public async Task Another_version_is_refused_by_name()
    {
        await using var emulator = await EmulatorFixture.StartAsync();

        var (status, body, _) = await emulator.Client.SendAsync("GET", "/pools?api-version=2016-02-01.3.0");

        Assert.AreEqual(HttpStatusCode.BadRequest, status);
        Assert.AreEqual("UnsupportedRequestVersion", (string?)body["code"]);
        StringAssert.Contains(body["values"]!.ToJsonString(), "2025-06-01");
    }

    [TestMethod]
    public async Task Health_needs_no_signature()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        using var http = new HttpClient();

        Assert.AreEqual("ok", await http.GetStringAsync(emulator.Host.Url + "/health"));
    }

    [TestMethod]
    public async Task Request_ids_come_back_when_asked_for()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var id = Guid.NewGuid().ToString();

        var response = await emulator.Client.SendRawAsync("GET", "/pools", null, ("client-request-id", id), ("return-client-request-id", "true"));

        Assert.AreEqual(id, response.Headers.GetValues("client-request-id").Single());
        Assert.IsTrue(Guid.TryParse(response.Headers.GetValues("request-id").Single(), out _));
    }

    [TestMethod]
    public async Task Requests_of_web_pages_are_refused_however_they_are_signed()
    {
        await using var emulator = await EmulatorFixture.StartAsync();

        foreach (var header in ((string, string)[])[("Origin", "http://example.test"), ("Origin", "null"), ("Host", "rebound.test"), ("Host", "127.0.0.1.example.test")])
        {
            Assert.AreEqual("InsufficientAccountPermissions", await emulator.Client.FailsAsync(HttpStatusCode.Forbidden, "GET", "/pools", headers: header), header.ToString());
        }

        foreach (var name in (string[])["localhost", "127.0.0.1", "[::1]"])
        {
            await emulator.Client.OkAsync("GET", "/pools", headers: ("Host", name));
        }
    }

    [TestMethod]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task What_the_emulator_keeps_can_be_read_by_its_user_alone()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.RunAsync("true");
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

        foreach (var path in Directory.EnumerateFiles(emulator.DataDirectory, "batch.db*").Append(emulator.DataDirectory).Append(Path.Combine(emulator.DataDirectory, "nodes")))
        {
            Assert.AreEqual(UnixFileMode.None, File.GetUnixFileMode(path) & Others, path);
        }
    }
}
