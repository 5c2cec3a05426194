using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Inference.Tests.Endpoints;

/// <summary>Models and aliases over HTTP. Traffic rules are in TrafficTests, feedback in LabelLogTests.</summary>
[TestClass]
public sealed class ModelsApiTests
{
    private static InferenceHost host = null!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        host = await InferenceHost.StartAsync();
        await host.PublishAsync("m", OnnxModel.Add(1));
        await host.PublishAsync("m", OnnxModel.Add(2), alias: null);
    }

    [ClassCleanup]
    public static async Task StopAsync() => await host.DisposeAsync();

    [TestMethod]
    public async Task Models_their_versions_and_a_versions_manifest_can_be_read()
    {
        Assert.Contains("m", (await host.Client.GetJsonAsync("api/models")).Body["models"]!.AsArray().Select(name => (string)name!));
        JsonNode model = (await host.Client.GetJsonAsync("api/models/m")).Body;
        CollectionAssert.AreEqual(new[] { "1", "2" }, model["versions"]!.AsArray().Select(version => (string)version!).ToArray());
        Assert.AreEqual("1", (string)model["aliases"]!["champion"]!);
        JsonNode manifest = (await host.Client.GetJsonAsync("api/models/m/versions/2")).Body;
        Assert.AreEqual("model.onnx", (string)manifest["files"]![0]!["name"]!);
    }

    [TestMethod]
    public async Task An_alias_moves_and_goes_under_the_ETag_of_all_aliases()
    {
        string before = (await host.Client.GetAsync("api/models/m")).Headers.ETag!.ToString();
        var (status, _, after) = await AliasAsync(HttpMethod.Put, "candidate", """{"version":"2"}""", before);
        Assert.AreEqual(200, status);
        Assert.AreEqual(412, (await AliasAsync(HttpMethod.Put, "candidate", """{"version":"1"}""", before)).Status);
        Assert.AreEqual("2", (string)(await host.Client.GetJsonAsync("api/models/m")).Body["serving"]!["candidate"]!);

        Assert.AreEqual(412, (await AliasAsync(HttpMethod.Delete, "candidate", null, before)).Status);
        Assert.AreEqual(200, (await AliasAsync(HttpMethod.Delete, "candidate", null, after)).Status);
        Assert.IsNull((await host.Client.GetJsonAsync("api/models/m")).Body["aliases"]!["candidate"]);
    }

    [TestMethod]
    public async Task Null_gives_a_serving_option_its_default_and_an_option_that_does_not_exist_has_none()
    {
        await PatchAsync("""{"threads":2,"maxQueue":7,"drift":true}""");
        var (status, changed) = await PatchAsync("""{"Threads":null,"maxQueue":null}""");

        Assert.AreEqual(200, status, changed.ToJsonString());
        Assert.AreEqual((null, 1024, true), ((int?)changed["threads"], (int)changed["maxQueue"]!, (bool)changed["drift"]!));
        (status, JsonNode refused) = await PatchAsync("""{"maxQeue":null}""");
        Assert.AreEqual((400, "$.maxQeue"), (status, (string)refused["errors"]![0]!["path"]!));

        static async Task<(int Status, JsonNode Body)> PatchAsync(string patch)
        {
            using var content = new StringContent(patch, Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await host.Client.PatchAsync("api/models/m/versions/2/serving", content);
            return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
        }
    }

    [TestMethod]
    [DataRow("api/models/missing", 404)]
    [DataRow("api/models/m/versions/9", 404)]
    [DataRow("api/models/m/versions/first", 400)]
    [DataRow("api/models/..m/versions/1", 400)]
    [DataRow("api/models/-/experiments", 400)]
    [DataRow("api/models/-/traffic", 400)]
    public async Task What_does_not_exist_or_cannot_is_a_problem_with_its_status(string path, int expected)
    {
        var (status, body) = await host.Client.GetJsonAsync(path);

        Assert.AreEqual(expected, status, body.ToJsonString());
        Assert.AreEqual(expected, (int)body["status"]!);
        Assert.IsGreaterThan(0, ((string)body["detail"]!).Length);
    }

    [TestMethod]
    [DataRow("candidate", """{"version":"9"}""", 404)]
    [DataRow("candidate", """{"version":9}""", 400)]
    [DataRow("candidate", "{}", 400)]
    [DataRow("candidate", "null", 400)]
    [DataRow("Candidate", """{"version":"1"}""", 400)]
    public async Task An_alias_needs_a_name_and_a_version_that_exists(string alias, string body, int expected) =>
        Assert.AreEqual(expected, (await AliasAsync(HttpMethod.Put, alias, body, null)).Status);

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task A_body_that_is_too_large_is_413_with_or_without_its_length(bool announced)
    {
        byte[] body = Encoding.UTF8.GetBytes("""{"model":"m","labels":[""" + new string(' ', 1 << 20) + "1]}");
        using HttpContent content = announced ? new ByteArrayContent(body) : new StreamContent(new Endless(body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        HttpResponseMessage response = await host.Client.PostAsync("api/feedback", content);

        Assert.AreEqual(413, (int)response.StatusCode);
    }

    [TestMethod]
    public async Task A_model_without_results_has_no_arms()
    {
        var (status, body) = await host.Client.GetJsonAsync("api/models/m/experiments");

        Assert.AreEqual(200, status);
        Assert.IsEmpty(body["arms"]!.AsArray());
    }

    private static async Task<(int Status, string Body, string? ETag)> AliasAsync(HttpMethod method, string alias, string? body, string? etag)
    {
        var request = new HttpRequestMessage(method, $"api/models/m/aliases/{alias}") { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        if (etag is not null)
        {
            request.Headers.IfMatch.Add(EntityTagHeaderValue.Parse(etag));
        }

        HttpResponseMessage response = await host.Client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.ETag?.ToString());
    }

    /// <summary>A body that does not say how long it is, so that it goes out in chunks.</summary>
    private sealed class Endless(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;
    }
}
