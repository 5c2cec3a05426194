using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using static Inference.Tests.InferClient;

namespace Inference.Tests.Routing;

/// <summary>Traffic rules that are not what they should be, and targets that do not go together.</summary>
[TestClass]
public sealed class RefusedTrafficTests
{
    private static readonly string Ones = Floats("x", [1, 4], 1, 1, 1, 1);
    private static InferenceHost host = null!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context) => host = await InferenceHost.StartAsync();

    [ClassCleanup]
    public static async Task StopAsync() => await host.DisposeAsync();

    [TestMethod]
    [DataRow("""{"route":{"type":"split","arms":[{"target":{"version":"1"},"weight":1},{"target":{"version":"7"},"weight":1}]}}""", "$.route.arms[1].target")]
    [DataRow("""{"route":{"type":"split","arms":[{"target":{"version":"1"},"weight":-1},{"target":{"version":"1"},"weight":1}]}}""", "$.route.arms[0].weight")]
    [DataRow("""{"route":{"type":"split","arms":[{"target":{"version":"1"},"weight":0},{"target":{"version":"1"},"weight":0}]}}""", "$.route.arms")]
    [DataRow("""{"route":{"type":"canary","canary":{"version":"candidate"},"percent":5}}""", "$.route.canary")]
    [DataRow("""{"route":{"type":"canary","canary":{"version":"1"},"percent":101}}""", "$.route.percent")]
    [DataRow("""{"route":{"type":"ensemble","members":[{"version":"1"},{"version":"1"}],"combine":"sum"}}""", "$.route.combine")]
    [DataRow("""{"route":{"type":"cascade","first":{"version":"1"},"then":{"version":"../x"},"confidence":0.5}}""", "$.route.then.version")]
    [DataRow("""{"route":{"type":"chain","steps":[{"target":{"version":"1"}}]}}""", "$.route.steps")]
    [DataRow("""{"route":{"type":"random"}}""", "$.route.type")]
    [DataRow("""{"route":{"type":"version"}}""", "$.route.target")]
    [DataRow("""{"route":{"target":{}}}""", "$.route.type")]
    [DataRow("""{"route":{"type":"canary","canary":{"version":"1"},"percent":"ten"}}""", "$.route.percent")]
    [DataRow("""{"route":{"type":"version","target":{"version":"1"},"target":{"version":"1"}}}""", "$.route.target")]
    [DataRow("""{"route":{"type":"version","target":{"version":"1"}},"shadows":{}}""", "$.shadows")]
    [DataRow("""{"rules":[{"name":"X","when":{"header":"a"},"route":{"type":"version","target":{}}}]}""", "$.rules[0].name")]
    [DataRow("""{"rules":[{"name":"x","when":{},"route":{"type":"version","target":{}}}]}""", "$.rules[0].when")]
    [DataRow("""{"shadows":[{"target":{"version":"1"},"percent":1000}]}""", "$.shadows[0]")]
    [DataRow("not json", "$")]
    public async Task Rules_that_cannot_be_used_are_refused_by_path(string rules, string path)
    {
        await ModelAsync("refused", 1);
        HttpResponseMessage response = await PutAsync("refused", rules);
        JsonNode problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

        Assert.AreEqual(400, (int)response.StatusCode, problem.ToJsonString());
        Assert.AreEqual("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.AreEqual(path, (string)problem["errors"]![0]!["path"]!);
    }

    [TestMethod]
    [DataRow("""{"route":{"type":"version","target":{"vresion":"1"}}}""", "$.route.target.vresion", "did you mean 'version'?")]
    [DataRow("""{"route":{"type":"ensemble","members":[{"target":{"version":"99"}},{"target":{"version":"98"}}],"combine":"mean"}}""", "$.route.members[0].target", "known are model, version")]
    [DataRow("""{"route":{"type":"canary","canary":{"version":"1"},"percent":10,"stable":{},"rollback":{"maxErorRate":0.01}}}""", "$.route.rollback.maxErorRate", "did you mean 'maxErrorRate'?")]
    [DataRow("""{"route":{"type":"cannary"}}""", "$.route.type", "did you mean 'canary'?")]
    [DataRow("""{"rulse":[]}""", "$.rulse", "did you mean 'rules'?")]
    [DataRow("""{"rules":[{"name":"x","when":{"heder":"a"},"route":{"type":"version","target":{}}}]}""", "$.rules[0].when.heder", "did you mean 'header'?")]
    [DataRow("""{"shadows":[{"target":{},"percentage":5}]}""", "$.shadows[0].percentage", "did you mean 'percent'?")]
    public async Task A_misspelt_member_is_refused_with_its_path_and_the_name_that_was_meant(string rules, string path, string meant)
    {
        await ModelAsync("misspelt", 1);
        HttpResponseMessage response = await PutAsync("misspelt", rules);
        JsonNode problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["errors"]![0]!;

        Assert.AreEqual(400, (int)response.StatusCode);
        Assert.AreEqual(path, (string)problem["path"]!);
        Assert.Contains(meant, (string)problem["reason"]!);
    }

    [TestMethod]
    public async Task Misspelt_rules_in_storage_do_not_mean_the_champion_either()
    {
        await ModelAsync("stored", 1, 2);
        await host.SetTrafficAsync("stored", """{"route":{"type":"version","target":{"version":"2"}}}""");
        Assert.AreEqual("2", await VersionAsync("stored"));
        await host.Container.GetBlobClient("stored/traffic.json").UploadAsync(BinaryData.FromString("""{"route":{"type":"version","target":{"vresion":"2"}}}"""), overwrite: true);
        JsonNode model = await Eventually.GetAsync(
            async () => (await host.Client.GetJsonAsync("api/models/stored")).Body is { } body && body["problem"] is not null ? body : null, "the problem is seen");

        Assert.Contains("$.route.target.vresion is not known here; did you mean 'version'?", (string)model["problem"]!);
        Assert.AreEqual("2", await VersionAsync("stored"));
    }

    [TestMethod]
    [DataRow("""{"vresion":"1"}""", "$.vresion", "did you mean 'version'?")]
    [DataRow("""{"version":1}""", "$.version", "must be a string")]
    [DataRow("{}", "$.version", "is required")]
    [DataRow("[]", "$", "must be an object, not an array")]
    public async Task An_alias_that_is_not_what_it_should_be_is_refused(string alias, string path, string reason)
    {
        await ModelAsync("alias", 1);
        HttpResponseMessage response = await host.Client.PutAsync("api/models/alias/aliases/candidate", new StringContent(alias, Encoding.UTF8, "application/json"));
        JsonNode problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["errors"]![0]!;

        Assert.AreEqual(400, (int)response.StatusCode);
        Assert.AreEqual(path, (string)problem["path"]!);
        Assert.Contains(reason, (string)problem["reason"]!);
    }

    [TestMethod]
    [DataRow("""{"route":{"type":"canary","canary":{"version":"2"},"percent":50}}""", "$.route.canary")]
    [DataRow("""{"route":{"type":"split","arms":[{"target":{"version":"1"},"weight":1},{"target":{"version":"2"},"weight":1}]}}""", "$.route.arms[1].target")]
    [DataRow("""{"route":{"type":"ensemble","members":[{"version":"1"},{"version":"2"}],"combine":"mean"}}""", "$.route.members[1]")]
    [DataRow("""{"route":{"type":"cascade","first":{"version":"1"},"then":{"version":"2"},"confidence":0.5}}""", "$.route.then")]
    [DataRow("""{"rules":[{"name":"some","when":{"header":"x"},"route":{"type":"canary","canary":{"version":"2"},"percent":50}}]}""", "$.rules[0].route.canary")]
    [DataRow("""{"shadows":[{"target":{"version":"2"}}]}""", "$.shadows[0].target")]
    public async Task Targets_with_another_signature_are_refused_when_the_rules_are_set(string rules, string path)
    {
        if ((await host.Registry.ListVersionsAsync("signatures")).Count == 0)
        {
            await host.PublishAsync("signatures", OnnxModel.Add(1));
            await host.PublishAsync("signatures", OnnxModel.Add(1, width: 8), alias: null);
        }

        HttpResponseMessage response = await PutAsync("signatures", rules);
        JsonNode problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

        Assert.AreEqual(400, (int)response.StatusCode, problem.ToJsonString());
        Assert.AreEqual(path, (string)problem["errors"]![0]!["path"]!);
        Assert.Contains("input 'x' is FP32 [-1,8] instead of FP32 [-1,4]", (string)problem["errors"]![0]!["reason"]!);
    }

    private static async Task<HttpResponseMessage> PutAsync(string model, string rules)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, $"api/models/{model}/traffic") { Content = new StringContent(rules, Encoding.UTF8, "application/json") };
        request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Any);
        return await host.Client.SendAsync(request);
    }

    private static async Task ModelAsync(string name, params float[] constants)
    {
        if ((await host.Registry.ListVersionsAsync(name)).Count > 0)
        {
            return;
        }

        foreach (float constant in constants)
        {
            await host.PublishAsync(name, OnnxModel.Add(constant), constant == constants[0] ? "champion" : null);
        }
    }

    private static async Task<string> VersionAsync(string model) =>
        (string)(await host.Client.PostJsonAsync($"v2/models/{model}/infer", Ones)).Body["model_version"]!;
}
