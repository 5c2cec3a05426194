using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using static Inference.Tests.InferClient;

namespace Inference.Tests.Routing;

/// <summary>Bodies that are nothing but one tensor, which the model itself names and shapes, under every kind of route.</summary>
[TestClass]
public sealed class RawRequestTests
{
    private static InferenceHost host = null!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        host = await InferenceHost.StartAsync();
        await host.PublishAsync("front", OnnxModel.Add(1));
    }

    [ClassCleanup]
    public static async Task StopAsync() => await host.DisposeAsync();

    [TestMethod]
    public async Task A_shadow_gets_a_copy_and_a_label_finds_the_prediction()
    {
        await host.PublishAsync("shadow", OnnxModel.Linear(new float[,] { { 1, 0 }, { 0, 1 } }));
        await host.PublishAsync("shadow", OnnxModel.Linear(new float[,] { { 0, 1 }, { 1, 0 } }), "candidate");
        await host.SetTrafficAsync("shadow", """{"shadows":[{"target":{"version":"candidate"}}]}""");
        var (status, header, values) = await PostAsync("shadow", 3, 2);

        Assert.AreEqual(200, status, header.ToJsonString());
        CollectionAssert.AreEqual(new float[] { 3, 2 }, values);
        JsonNode shadow = await ShadowAsync("shadow");
        Assert.AreEqual(0, (int)shadow["shadow"]!["agreed"]!);
        var feedback = await host.Client.PostJsonAsync("api/feedback", $$"""{"model":"shadow","id":"{{header["id"]}}","labels":[0]}""");
        Assert.HasCount(2, feedback.Body["counted"]!.AsArray());
    }

    [TestMethod]
    public async Task An_ensemble_reads_it_as_each_member_does()
    {
        const string Model = "ensemble";
        await host.PublishAsync(Model, OnnxModel.Linear(new float[,] { { 1, 0 }, { 0, 1 } }));
        await host.PublishAsync(Model, OnnxModel.Linear(new float[,] { { 1, 0 }, { 0, 1 } }), alias: null);
        await host.SetTrafficAsync(Model, """{"route":{"type":"ensemble","combine":"mean","members":[{"version":"1"},{"version":"2"}]}}""");
        var (status, header, values) = await PostAsync(Model, 3, 2);

        Assert.AreEqual(200, status, header.ToJsonString());
        CollectionAssert.AreEqual(new float[] { 3, 2 }, values);
    }

    [TestMethod]
    public async Task A_cascade_sends_its_unsure_rows_on()
    {
        await host.PublishAsync("cascade", OnnxModel.Linear(new float[,] { { 1, 0 }, { 0, 1 } }));
        await host.PublishAsync("cascade", OnnxModel.Linear(new float[,] { { 10, 0 }, { 0, 20 } }), alias: null);
        await host.SetTrafficAsync("cascade", """{"route":{"type":"cascade","first":{"version":"1"},"then":{"version":"2"},"confidence":0.9}}""");
        var (status, header, values) = await PostAsync("cascade", 9, 0, 1, 1, 0, 9);

        Assert.AreEqual(200, status, header.ToJsonString());
        CollectionAssert.AreEqual(new float[] { 9, 0, 10, 20, 0, 9 }, values);
        Assert.AreEqual("cascade:both", (string)header["parameters"]!["route"]!);
    }

    [TestMethod]
    public async Task A_chain_feeds_its_first_step_and_later_ones_under_the_name_that_the_step_gives_it()
    {
        await host.PublishAsync("sum", Sum());
        await host.PublishAsync("chain", OnnxModel.Add(1));
        await host.SetTrafficAsync("chain", """
            {"route":{"type":"chain","steps":[
              {"target":{"model":"front"},"inputs":{"x":"image"}},
              {"target":{"model":"sum"},"inputs":{"a":"y","b":"image"}}]}}
            """);
        var (status, header, values) = await PostAsync("chain", 1, 2, 3, 4);

        Assert.AreEqual(200, status, header.ToJsonString());
        CollectionAssert.AreEqual(new float[] { 3, 5, 7, 9 }, values);
    }

    [TestMethod]
    public async Task A_first_model_of_several_inputs_cannot_tell_them_apart_and_says_so()
    {
        await host.PublishAsync("two", Sum());
        await host.SetTrafficAsync("two", """{"route":{"type":"cascade","first":{},"then":{},"confidence":0.9}}""");
        var (status, header, _) = await PostAsync("two", 1, 2, 3, 4);

        Assert.AreEqual(400, status);
        Assert.Contains("only for models with one input", header.Error());
    }

    [TestMethod]
    public async Task Bytes_that_are_neither_true_nor_false_are_refused_by_their_place()
    {
        await host.PublishAsync("not", OnnxModel.Unary("Not", 9, "batch", 4));
        var (status, header, _) = await PostAsync("not", BitConverter.Int32BitsToSingle(0x0201_0001));

        Assert.AreEqual(400, status);
        Assert.Contains("inputs[0].data[3]", header.Error());
    }

    private static byte[] Sum() =>
        new OnnxModel().Node("Add", ["a", "b"], ["c"])
            .Input("a", OnnxModel.Float, "batch", 4).Input("b", OnnxModel.Float, "batch", 4).Output("c", OnnxModel.Float, "batch", 4).ToArray();

    private static async Task<(int Status, JsonNode Header, float[] Values)> PostAsync(string model, params float[] tensor)
    {
        var content = new ByteArrayContent(Bytes(tensor));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.Add("Inference-Header-Content-Length", "0");
        HttpResponseMessage response = await host.Client.PostAsync($"v2/models/{model}/infer", content);
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        int length = response.Headers.TryGetValues("Inference-Header-Content-Length", out var values)
            || response.Content.Headers.TryGetValues("Inference-Header-Content-Length", out values) ? int.Parse(values.Single()) : body.Length;
        return ((int)response.StatusCode, JsonNode.Parse(body.AsSpan(0, length))!, MemoryMarshal.Cast<byte, float>(body.AsSpan(length)).ToArray());
    }

    private static Task<JsonNode> ShadowAsync(string model) => Eventually.GetAsync(
        async () => (await host.Client.GetJsonAsync($"api/models/{model}/experiments")).Body["arms"]!.AsArray()
            .FirstOrDefault(arm => arm!["shadow"] is { } shadow && (int)shadow["compared"]! == 1),
        "the shadow is compared");
}
