using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using DurableMl.Registry;
using static Inference.Tests.InferClient;

namespace Inference.Tests.Routing;

[TestClass]
public sealed class TrafficTests
{
    private static readonly string Ones = Floats("x", [1, 4], 1, 1, 1, 1);
    private static InferenceHost host = null!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context) =>
        host = await InferenceHost.StartAsync();

    [ClassCleanup]
    public static async Task StopAsync() => await host.DisposeAsync();

    [TestMethod]
    public async Task A_split_is_exact_and_every_answer_names_its_version()
    {
        await ModelAsync("split", 1, 2);
        await host.SetTrafficAsync("split", """{"route":{"type":"split","arms":[{"target":{"version":"1"},"weight":3},{"target":{"version":"2"},"weight":1}]}}""");
        JsonNode[] answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(async _ => (await host.Client.PostJsonAsync("v2/models/split/infer", Ones)).Body));

        Assert.AreEqual(30, answers.Count(a => (string)a["model_version"]! == "1" && (string)a["parameters"]!["route"]! == "split:1" && a.Output()[0] == 2));
        Assert.AreEqual(10, answers.Count(a => (string)a["model_version"]! == "2" && (string)a["parameters"]!["route"]! == "split:2" && a.Output()[0] == 3));
    }

    [TestMethod]
    public async Task A_split_with_a_key_sticks_to_the_caller()
    {
        await ModelAsync("sticky", 1, 2);
        await host.SetTrafficAsync("sticky", """{"route":{"type":"split","key":{"parameter":"user"},"arms":[{"target":{"version":"1"},"weight":1},{"target":{"version":"2"},"weight":1}]}}""");
        var seen = new HashSet<string>();
        for (int user = 0; user < 10; user++)
        {
            var versions = new HashSet<string>();
            for (int i = 0; i < 3; i++)
            {
                versions.Add((string)(await host.Client.PostJsonAsync("v2/models/sticky/infer", Request("x", "FP32", [1, 4], "[1,1,1,1]", $$""","parameters":{"user":"u{{user}}"}"""))).Body["model_version"]!);
            }

            Assert.HasCount(1, versions);
            seen.UnionWith(versions);
        }

        Assert.HasCount(2, seen);
    }

    [TestMethod]
    public async Task The_first_rule_that_applies_decides()
    {
        await ModelAsync("rules", 1, 2, 3);
        await host.SetTrafficAsync("rules", """
            {"rules":[
              {"name":"beta","when":{"header":"X-Cohort","in":["beta"]},"route":{"type":"version","target":{"version":"2"}}},
              {"name":"swiss","when":{"parameter":"country","in":["CH","LI"]},"route":{"type":"version","target":{"version":"3"}}}]}
            """);

        Assert.AreEqual("1", await VersionAsync("rules", Ones));
        Assert.AreEqual("2", await VersionAsync("rules", Ones, ("X-Cohort", "beta")));
        Assert.AreEqual("1", await VersionAsync("rules", Ones, ("X-Cohort", "gamma")));
        Assert.AreEqual("3", await VersionAsync("rules", Request("x", "FP32", [1, 4], "[1,1,1,1]", ""","parameters":{"country":"LI"}""")));
    }

    [TestMethod]
    public async Task A_canary_that_fails_is_taken_back_and_the_rules_say_why()
    {
        await ModelAsync("canary", 1);
        await host.PublishAsync("canary", Failing(), "candidate");
        await host.SetTrafficAsync("canary", """{"route":{"type":"canary","canary":{"version":"candidate"},"percent":50,"rollback":{"minRequests":4,"window":10,"maxErrorRate":0.25}}}""");

        int failed = 0;
        for (int i = 0; i < 20; i++)
        {
            failed += (await host.Client.PostJsonAsync("v2/models/canary/infer", Ones)).Status == 500 ? 1 : 0;
        }

        Assert.AreEqual(4, failed);
        JsonNode rules = await Eventually.GetAsync(
            async () =>
            {
                JsonNode body = (await host.Client.GetJsonAsync("api/models/canary/traffic")).Body;
                return body["route"]!["rolledBack"] is null ? null : body;
            },
            "the canary is rolled back");
        Assert.Contains("4 of the latest 4", (string)rules["route"]!["rolledBack"]!);
        Assert.AreEqual(200, (await host.Client.PostJsonAsync("v2/models/canary/infer", Ones)).Status);
    }

    [TestMethod]
    public async Task A_shadow_is_compared_and_never_answers()
    {
        await host.PublishAsync("shadow", OnnxModel.Linear(new float[,] { { 1, 0 }, { 0, 1 } }));
        await host.PublishAsync("shadow", OnnxModel.Linear(new float[,] { { 1, 0 }, { 0, 0.5f } }), "candidate");
        await host.SetTrafficAsync("shadow", """{"shadows":[{"target":{"version":"candidate"}}]}""");

        // The shadow halves the second score: it agrees on the first and differs on the second.
        var first = await host.Client.PostJsonAsync("v2/models/shadow/infer", Request("x", "FP32", [1, 2], "[3,2]", ""","id":"s1" """));
        var second = await host.Client.PostJsonAsync("v2/models/shadow/infer", Request("x", "FP32", [1, 2], "[2,3]", ""","id":"s2" """));
        Assert.AreEqual("1", (string)first.Body["model_version"]!);

        JsonNode arm = await ArmAsync("shadow", "shadow:candidate", a => (int)a["shadow"]!["compared"]! == 2);
        Assert.AreEqual(1, (int)arm["shadow"]!["agreed"]!);
        Assert.AreEqual(1.5, (double)arm["shadow"]!["maxDifference"]!);

        // A label that comes later counts for the champion and for its shadow.
        var feedback = await host.Client.PostJsonAsync("api/feedback", """{"model":"shadow","id":"s2","labels":[1]}""");
        Assert.AreEqual(200, feedback.Status, feedback.Body.ToJsonString());
        Assert.AreEqual(1.0, (double)(await ArmAsync("shadow", "champion", _ => true))["feedback"]!["accuracy"]!);
        Assert.AreEqual(0.0, (double)(await ArmAsync("shadow", "shadow:candidate", _ => true))["feedback"]!["accuracy"]!);
        var again = await host.Client.PostJsonAsync("api/feedback", """{"model":"shadow","id":"s2","labels":[1]}""");
        Assert.AreEqual(200, again.Status);
        Assert.IsEmpty(again.Body["counted"]!.AsArray());
    }

    [TestMethod]
    [DataRow("mean", new float[] { 2f, 3f, 0f })]
    [DataRow("vote", new float[] { 1f / 3, 2f / 3, 0f })]
    public async Task An_ensemble_combines_its_members(string combine, float[] expected)
    {
        string model = "ensemble-" + combine;
        foreach (float[] row in (float[][])[[1, 5, 0], [2, 3, 0], [3, 1, 0]])
        {
            await host.PublishAsync(model, OnnxModel.Linear(new float[,] { { row[0], row[1], row[2] } }));
        }

        await host.SetTrafficAsync(model, $$$"""{"route":{"type":"ensemble","combine":"{{{combine}}}","members":[{"version":"1"},{"version":"2"},{"version":"3"}]}}""");
        var (status, body, _) = await host.Client.PostJsonAsync($"v2/models/{model}/infer", Floats("x", [1, 1], 1));

        Assert.AreEqual(200, status, body.ToJsonString());
        CollectionAssert.AreEqual(expected, body.Output());
        Assert.AreEqual("1+2+3", (string)body["model_version"]!);
        Assert.AreEqual("ensemble:" + combine, (string)body["parameters"]!["route"]!);
    }

    [TestMethod]
    public async Task A_cascade_sends_only_unsure_rows_to_the_large_model()
    {
        await host.PublishAsync("cascade", OnnxModel.Linear(new float[,] { { 1, 0 }, { 0, 1 } }));
        await host.PublishAsync("cascade", OnnxModel.Linear(new float[,] { { 10, 0 }, { 0, 20 } }), alias: null);
        await host.SetTrafficAsync("cascade", """{"route":{"type":"cascade","first":{"version":"1"},"then":{"version":"2"},"confidence":0.9}}""");

        var both = await host.Client.PostJsonAsync("v2/models/cascade/infer", Floats("x", [3, 2], 9, 0, 1, 1, 0, 9));
        var sure = await host.Client.PostJsonAsync("v2/models/cascade/infer", Floats("x", [1, 2], 9, 0));
        var unsure = await host.Client.PostJsonAsync("v2/models/cascade/infer", Floats("x", [1, 2], 1, 1));

        CollectionAssert.AreEqual(new float[] { 9, 0, 10, 20, 0, 9 }, both.Body.Output());
        Assert.AreEqual("1+2", (string)both.Body["model_version"]!);
        Assert.AreEqual("cascade:first", (string)sure.Body["parameters"]!["route"]!);
        Assert.AreEqual("cascade:then", (string)unsure.Body["parameters"]!["route"]!);
        Assert.AreEqual("2", (string)unsure.Body["model_version"]!);
    }

    [TestMethod]
    public async Task A_chain_feeds_one_model_with_anothers_outputs()
    {
        await ModelAsync("front", 1);
        await host.PublishAsync("back", OnnxModel.Linear(new float[,] { { 1, 0 }, { 1, 0 }, { 0, 1 }, { 0, 2 } }));
        await ModelAsync("chain", 1);
        await host.SetTrafficAsync("chain", """{"route":{"type":"chain","steps":[{"target":{"model":"front"}},{"target":{},"inputs":{"x":"y"}},{"target":{"model":"back"}}]}}""");
        var (status, body, _) = await host.Client.PostJsonAsync("v2/models/chain/infer", Floats("x", [1, 4], 1, 2, 3, 4));

        Assert.AreEqual(200, status, body.ToJsonString());
        CollectionAssert.AreEqual(new float[] { 3 + 4, 5 + (2 * 6) }, body.Output());
        Assert.AreEqual("1+1+1", (string)body["model_version"]!);
    }

    [TestMethod]
    public async Task Rules_change_only_under_their_ETag()
    {
        await ModelAsync("etag", 1, 2);
        const string Rules = """{"route":{"type":"version","target":{"version":"2"}}}""";
        Assert.AreEqual(428, await PutAsync("etag", Rules, null));
        Assert.AreEqual(412, await PutAsync("etag", Rules, "\"0x123\""));
        await host.SetTrafficAsync("etag", Rules);
        string etag = (await host.Client.GetAsync("api/models/etag/traffic")).Headers.ETag!.ToString();
        Assert.AreEqual(200, await PutAsync("etag", """{"route":{"type":"version","target":{"version":"1"}}}""", etag));
        Assert.AreEqual(412, await PutAsync("etag", Rules, etag));
        Assert.AreEqual("1", await VersionAsync("etag", Ones));
    }

    [TestMethod]
    public async Task What_the_stable_version_would_have_answered_is_an_error_of_the_canary_and_answered_by_the_stable_version()
    {
        // The alias moves after the rules were compared.
        await ModelAsync("moved", 1, 2);
        await host.Registry.SetAliasAsync("moved", "candidate", "2");
        await host.SetTrafficAsync("moved", """{"route":{"type":"canary","canary":{"version":"candidate"},"percent":50,"rollback":{"minRequests":4,"window":10,"maxErrorRate":0.25}}}""");
        await host.PublishAsync("moved", OnnxModel.Add(1, width: 8), "candidate");
        await Eventually.TrueAsync(async () => (string?)(await host.Client.GetJsonAsync("api/models/moved")).Body["serving"]!["candidate"] == "3", "the alias has moved");

        // What neither takes says nothing about the canary.
        for (int i = 0; i < 20; i++)
        {
            Assert.AreEqual(400, (await host.Client.PostJsonAsync("v2/models/moved/infer", Floats("x", [1, 3], 1, 1, 1))).Status);
        }

        Assert.IsNull((await host.Client.GetJsonAsync("api/models/moved/traffic")).Body["route"]!["rolledBack"]);
        for (int i = 0; i < 40; i++)
        {
            (int status, JsonNode body, _) = await host.Client.PostJsonAsync("v2/models/moved/infer", Ones);
            Assert.AreEqual(200, status, body.ToJsonString());
            Assert.AreEqual("1", (string)body["model_version"]!);
        }

        JsonNode rules = await Eventually.GetAsync(
            async () => (await host.Client.GetJsonAsync("api/models/moved/traffic")).Body is { } body && body["route"]!["rolledBack"] is not null ? body : null, "the canary is rolled back");
        Assert.Contains("requests failed", (string)rules["route"]!["rolledBack"]!);
    }

    [TestMethod]
    public async Task Feedback_with_the_predictions_needs_no_memory_of_the_request()
    {
        await ModelAsync("stateless", 1, 2);
        await host.SetTrafficAsync("stateless", """{"route":{"type":"version","target":{"version":"2"}}}""");
        await host.Client.PostJsonAsync("v2/models/stateless/infer", Ones);

        var counted = await host.Client.PostJsonAsync("api/feedback", """{"model":"stateless","route":"2","version":"2","predicted":[1,2,3],"labels":[1,2,0]}""");
        var unknown = await host.Client.PostJsonAsync("api/feedback", """{"model":"stateless","route":"made-up","version":"2","predicted":[1],"labels":[1]}""");
        var nothing = await host.Client.PostJsonAsync("api/feedback", """{"model":"stateless","labels":[1]}""");

        Assert.AreEqual(2, (int)counted.Body["counted"]![0]!["correct"]!);
        Assert.AreEqual(404, unknown.Status);
        Assert.AreEqual(400, nothing.Status);
    }

    // Takes and gives what the others do, and adds to four columns as many as its constant has different numbers: only a run shows that there are three.
    private static byte[] Failing() => new OnnxModel()
        .Node("Sub", ["x", "x"], ["none"])
        .Node("ReduceSum", ["none"], ["zero"], ("keepdims", 0))
        .Node("Add", ["zero", "c"], ["numbers"])
        .Node("Unique", ["numbers"], ["different"])
        .Node("Add", ["x", "different"], ["y"])
        .Initializer("c", [3], [1, 2, 3])
        .Input("x", OnnxModel.Float, "batch", 4).Output("y", OnnxModel.Float, "batch", 4)
        .ToArray();

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

    private static async Task<string> VersionAsync(string model, string request, params (string Name, string Value)[] headers)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, $"v2/models/{model}/infer") { Content = new StringContent(request) };
        foreach ((string name, string value) in headers)
        {
            message.Headers.Add(name, value);
        }

        HttpResponseMessage response = await host.Client.SendAsync(message);
        return (string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["model_version"]!;
    }

    private static async Task<int> PutAsync(string model, string rules, string? etag)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, $"api/models/{model}/traffic") { Content = new StringContent(rules, System.Text.Encoding.UTF8, "application/json") };
        if (etag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", etag);
        }

        return (int)(await host.Client.SendAsync(request)).StatusCode;
    }

    private static Task<JsonNode> ArmAsync(string model, string route, Func<JsonNode, bool> ready) => Eventually.GetAsync(
        async () => (await host.Client.GetJsonAsync($"api/models/{model}/experiments")).Body["arms"]!.AsArray()
            .FirstOrDefault(arm => (string)arm!["route"]! == route && arm["version"] is not null && ready(arm)),
        $"the results of {route} are as wanted");
}
