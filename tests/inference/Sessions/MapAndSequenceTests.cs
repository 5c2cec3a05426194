using System.Text.Json.Nodes;
using static Inference.Tests.InferClient;

namespace Inference.Tests.Sessions;

/// <summary>Outputs that are sequences or maps, over HTTP.</summary>
[TestClass]
public sealed class MapAndSequenceTests
{
    private const int Int64 = 7;
    private const int String = 8;

    private static readonly byte[] Floats = OnnxType.AnyTensor(OnnxModel.Float);

    private static InferenceHost host = null!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        host = await InferenceHost.StartAsync();

        // What scikit-learn's exporter makes of a classifier: a label, and a map of probabilities for each row.
        await host.PublishAsync("zipmap", ZipMap(Int64, ("classlabels_int64s", new long[] { 3, 5, 8 })));
        await host.PublishAsync("named", ZipMap(String, ("classlabels_strings", new[] { "ant", "bee", "cow" })));
        await host.PublishAsync("split", new OnnxModel()
            .Node("SplitToSequence", ["x", "lengths"], ["y"])
            .Input("x", OnnxModel.Float, "n").Input("lengths", Int64, "k").Output("y", OnnxType.Sequence(Floats)).ToArray());
    }

    [ClassCleanup]
    public static async Task StopAsync() => await host.DisposeAsync();

    [TestMethod]
    [DataRow("zipmap", "INT64", "[3,5,8]")]
    [DataRow("named", "BYTES", """["ant","bee","cow"]""")]
    public async Task A_ZipMaps_probabilities_are_a_matrix_and_its_keys(string model, string keyType, string keys)
    {
        var (status, body, _) = await host.Client.PostJsonAsync($"v2/models/{model}/infer", Request("x", "FP32", [2, 3], "[0.5,0.25,0.25,0,1,0]"));

        Assert.AreEqual(200, status, body.ToJsonString());
        Assert.AreEqual(
            $$"""[{"name":"label","datatype":"INT64","shape":[2],"data":[0,1]},{"name":"probabilities.keys","datatype":"{{keyType}}","shape":[3],"data":{{keys}}},{"name":"probabilities.values","datatype":"FP32","shape":[2,3],"data":[0.5,0.25,0.25,0,1,0]}]""",
            body["outputs"]!.ToJsonString());
    }

    [TestMethod]
    public async Task Metadata_say_what_is_no_tensor()
    {
        JsonNode zipmap = (await host.Client.GetJsonAsync("v2/models/zipmap")).Body;
        JsonNode split = (await host.Client.GetJsonAsync("v2/models/split")).Body;

        Assert.AreEqual("""{"name":"probabilities","datatype":"seq(map(INT64,FP32))","shape":[],"role":"scores"}""", zipmap["outputs"]![1]!.ToJsonString());
        Assert.AreEqual("""{"name":"y","datatype":"seq(FP32)","shape":[]}""", split["outputs"]![0]!.ToJsonString());
    }

    [TestMethod]
    public async Task An_output_that_is_no_tensor_is_asked_for_by_its_own_name()
    {
        var (status, header, binary) = await host.Client.PostBinaryAsync(
            "v2/models/zipmap/infer",
            """{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","parameters":{"binary_data_size":12}}],"outputs":[{"name":"probabilities","parameters":{"binary_data":true}}]}""",
            Bytes(1f, 0f, 0f));

        Assert.AreEqual(200, status, header.ToJsonString());
        CollectionAssert.AreEqual(new[] { "probabilities.keys", "probabilities.values" }, header["outputs"]!.AsArray().Select(o => (string)o!["name"]!).ToArray());
        CollectionAssert.AreEqual((byte[])[.. Bytes(3L, 5L, 8L), .. Bytes(1f, 0f, 0f)], binary);
    }

    [TestMethod]
    public async Task Requests_for_a_model_that_is_not_all_tensors_never_share_a_run_whatever_its_options_say()
    {
        await host.PublishAsync("forced", ZipMap(Int64, ("classlabels_int64s", new long[] { 3, 5, 8 })), serving: new() { MaxBatch = 8, MaxDelayMicroseconds = 20_000 });
        JsonNode[] answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
            (await host.Client.PostJsonAsync("v2/models/forced/infer", Request("x", "FP32", [1, 3], $"[{i},0,0]"))).Body));

        CollectionAssert.AreEqual(Enumerable.Range(0, 8).Select(i => (float)i).ToArray(), answers.Select(answer => answer.Output(2)[0]).ToArray());
    }

    [TestMethod]
    public async Task A_sequences_tensors_are_numbered_and_differ_in_shape()
    {
        var (status, body, _) = await host.Client.PostJsonAsync(
            "v2/models/split/infer", """{"inputs":[{"name":"x","datatype":"FP32","shape":[3],"data":[1,2,3]},{"name":"lengths","datatype":"INT64","shape":[2],"data":[2,1]}]}""");

        Assert.AreEqual(200, status, body.ToJsonString());
        Assert.AreEqual("""[{"name":"y[0]","datatype":"FP32","shape":[2],"data":[1,2]},{"name":"y[1]","datatype":"FP32","shape":[1],"data":[3]}]""", body["outputs"]!.ToJsonString());
    }

    [TestMethod]
    [DataRow("seq")]
    [DataRow("optional")]
    [DataRow("map")]
    [DataRow("small")]
    public async Task A_model_that_takes_something_else_than_tensors_of_the_protocols_types_is_not_served_and_says_why(string kind)
    {
        byte[] type = kind switch
        {
            "seq" => OnnxType.Sequence(Floats),
            "optional" => OnnxType.Optional(Floats),
            "map" => OnnxType.Map(Int64, Floats),
            _ => OnnxType.AnyTensor(17),
        };
        await host.PublishAsync(kind, new OnnxModel().Opset(19).Input("x", type).Output("x", type).ToArray());
        var (status, body, _) = await host.Client.PostJsonAsync($"v2/models/{kind}/infer", Request("x", "FP32", [1], "[1]"));

        Assert.AreEqual(503, status);
        Assert.Contains("not served", body.Error());
    }

    private static byte[] ZipMap(int keyType, (string, object) labels) => new OnnxModel()
        .MlNode("ZipMap", ["x"], ["probabilities"], labels)
        .Node("ArgMax", ["x"], ["label"], ("axis", 1), ("keepdims", 0))
        .Input("x", OnnxModel.Float, "batch", 3)
        .Output("label", Int64, "batch")
        .Output("probabilities", OnnxType.Sequence(OnnxType.Map(keyType, Floats)))
        .ToArray();
}
