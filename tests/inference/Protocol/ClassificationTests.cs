using System.Text.Json.Nodes;
using static Inference.Tests.InferClient;

namespace Inference.Tests.Protocol;

/// <summary>Triton's classification extension.</summary>
[TestClass]
public sealed class ClassificationTests
{
    private static InferenceHost host = null!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        host = await InferenceHost.StartAsync();
        foreach ((string name, int type) in new[] { ("FP32", 1), ("INT64", 7), ("FP16", 10), ("UINT8", 2), ("BF16", 16), ("BYTES", 8), ("BOOL", 9) })
        {
            await host.PublishAsync(name, new OnnxModel().Opset(19).Node("Identity", ["x"], ["y"]).Input("x", OnnxType.AnyTensor(type)).Output("y", OnnxType.AnyTensor(type)).ToArray());
        }

        await host.PublishAsync("zipmap", new OnnxModel()
            .MlNode("ZipMap", ["x"], ["y"], ("classlabels_strings", new[] { "ant", "bee", "cow" }))
            .Input("x", OnnxModel.Float, "n", 3).Output("y", OnnxType.Sequence(OnnxType.Map(8, OnnxType.AnyTensor(OnnxModel.Float)))).ToArray());
    }

    [ClassCleanup]
    public static async Task StopAsync() => await host.DisposeAsync();

    [TestMethod]
    [DataRow("FP32", "[4]", "[1.1,3.3,0.5,2.4]", 2, "[2]", """["3.3:1","2.4:3"]""")]
    [DataRow("INT64", "[4]", "[1,5,10,4]", 2, "[2]", """["10:2","5:1"]""")]
    [DataRow("INT64", "[2]", "[9007199254740993,9007199254740992]", 1, "[1]", """["9007199254740993:0"]""")]
    [DataRow("FP32", "[2,3]", "[0,1,2,9,8,7]", 2, "[2,2]", """["2:2","1:1","9:0","8:1"]""")]
    [DataRow("FP32", "[2,1,3]", "[0,1,2,9,8,7]", 1, "[2,1,1]", """["2:2","9:0"]""")]
    [DataRow("FP32", "[1,2]", "[0.1,0.2]", 5, "[1,2]", """["0.2:1","0.1:0"]""")]
    [DataRow("FP32", "[1,3]", "[1,1,1]", 2, "[1,2]", """["1:0","1:1"]""")]
    [DataRow("FP32", "[0,3]", "[]", 2, "[0,2]", "[]")]
    [DataRow("FP16", "[2]", "[0.5,0.25]", 1, "[1]", """["0.5:0"]""")]
    [DataRow("UINT8", "[2]", "[3,200]", 1, "[1]", """["200:1"]""")]
    [DataRow("BF16", "[2]", "[0.5,1]", 1, "[1]", """["1:1"]""")]
    public async Task The_best_classes_of_each_row_come_as_score_and_index(string model, string shape, string data, int count, string wantedShape, string wanted)
    {
        var (status, body, _) = await host.Client.PostJsonAsync($"v2/models/{model}/infer", Request(model, shape, data, count));

        Assert.AreEqual(200, status, body.ToJsonString());
        Assert.AreEqual($$"""[{"name":"y","datatype":"BYTES","shape":{{wantedShape}},"data":{{wanted}}}]""", body["outputs"]!.ToJsonString());
    }

    [TestMethod]
    public async Task Classes_go_out_in_binary_form_too()
    {
        var (status, header, binary) = await host.Client.PostBinaryAsync(
            "v2/models/FP32/infer",
            """{"inputs":[{"name":"x","shape":[2],"datatype":"FP32","parameters":{"binary_data_size":8}}],"outputs":[{"name":"y","parameters":{"classification":1,"binary_data":true}}]}""",
            Bytes(2f, float.PositiveInfinity));

        Assert.AreEqual(200, status, header.ToJsonString());
        CollectionAssert.AreEqual((byte[])[.. Bytes(10), .. "Infinity:1"u8], binary);
    }

    [TestMethod]
    public async Task A_maps_keys_are_the_labels()
    {
        var (status, body, _) = await host.Client.PostJsonAsync(
            "v2/models/zipmap/infer", InferClient.Request("x", "FP32", [2, 3], "[0.5,0.25,0.125,0,1,0]", ""","outputs":[{"name":"y","parameters":{"classification":2}}]"""));

        Assert.AreEqual(200, status, body.ToJsonString());
        Assert.AreEqual("""[{"name":"y","datatype":"BYTES","shape":[2,2],"data":["0.5:0:ant","0.25:1:bee","1:1:bee","0:0:ant"]}]""", body["outputs"]!.ToJsonString());
    }

    [TestMethod]
    [DataRow("FP32", "[]", "[1]", "2")]
    [DataRow("BYTES", "[1]", "[\"a\"]", "2")]
    [DataRow("BOOL", "[1]", "[true]", "2")]
    [DataRow("FP32", "[1]", "[1]", "0")]
    [DataRow("FP32", "[1]", "[1]", "-1")]
    [DataRow("FP32", "[1]", "[1]", "1.5")]
    [DataRow("FP32", "[1]", "[1]", "true")]
    public async Task What_cannot_be_ranked_is_400_and_named(string model, string shape, string data, string count)
    {
        var (status, body, _) = await host.Client.PostJsonAsync($"v2/models/{model}/infer", Request(model, shape, data, count));

        Assert.AreEqual(400, status, body.ToJsonString());
        Assert.Contains("outputs[0].parameters.classification", body.Error());
    }

    [TestMethod]
    public async Task The_server_says_that_it_has_the_extension()
    {
        JsonNode server = (await host.Client.GetJsonAsync("v2")).Body;

        Assert.Contains("classification", server["extensions"]!.AsArray().Select(extension => (string)extension!));
    }

    private static string Request(string type, string shape, string data, object count) =>
        $$"""{"inputs":[{"name":"x","datatype":"{{type}}","shape":{{shape}},"data":{{data}}}],"outputs":[{"name":"y","parameters":{"classification":{{count}} } }]}""";
}
