using System.Text.Json.Nodes;
using static Inference.Tests.InferClient;

namespace Inference.Tests.Values;

/// <summary>Sequences, maps and optional values over HTTP.</summary>
[TestClass]
public sealed class CompositeValueTests
{
    private const int Int64 = 7;
    private const int String = 8;
    private const int Bool = 9;

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
        await host.PublishAsync("concat", new OnnxModel()
            .Node("ConcatFromSequence", ["s"], ["y"], ("axis", 0))
            .Input("s", OnnxType.Sequence(Floats)).Output("y", OnnxModel.Float, "n").ToArray());
        await host.PublishAsync("same", new OnnxModel()
            .Node("Identity", ["s"], ["y"])
            .Input("s", OnnxType.Sequence(Floats)).Output("y", OnnxType.Sequence(Floats)).ToArray());
        await host.PublishAsync("has", new OnnxModel()
            .Node("OptionalHasElement", ["o"], ["y"])
            .Input("o", OnnxType.Optional(Floats)).Output("y", OnnxType.AnyTensor(Bool)).ToArray());
        await host.PublishAsync("optional", new OnnxModel()
            .Node("Optional", [], ["none"], ("type", Floats))
            .Node("Optional", ["x"], ["some"])
            .Input("x", OnnxModel.Float, "n").Output("none", OnnxType.Optional(Floats)).Output("some", OnnxType.Optional(OnnxType.Tensor(OnnxModel.Float, "n"))).ToArray());
        await host.PublishAsync("castmap", new OnnxModel()
            .MlNode("CastMap", ["m"], ["y"], ("cast_to", "TO_FLOAT"), ("map_form", "DENSE"))
            .Input("m", OnnxType.Map(Int64, Floats)).Output("y", OnnxModel.Float, 1, "n").ToArray());
        byte[] maps = OnnxType.Sequence(OnnxType.Map(String, Floats));
        await host.PublishAsync("maps", new OnnxModel().Input("m", maps).Output("m", maps).ToArray());
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
        JsonNode optional = (await host.Client.GetJsonAsync("v2/models/optional")).Body;

        Assert.AreEqual("""{"name":"probabilities","datatype":"seq(map(INT64,FP32))","shape":[],"role":"scores"}""", zipmap["outputs"]![1]!.ToJsonString());
        Assert.AreEqual("""{"name":"some","datatype":"optional(FP32)","shape":[-1]}""", optional["outputs"]![1]!.ToJsonString());
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
    public async Task A_sequence_is_sent_as_numbered_tensors_in_any_order()
    {
        var (status, body, _) = await host.Client.PostJsonAsync("v2/models/concat/infer", Tensors(("s[1]", "[3]"), ("s[0]", "[1,2]")));

        Assert.AreEqual(200, status, body.ToJsonString());
        CollectionAssert.AreEqual(new float[] { 1, 2, 3 }, body.Output());
    }

    [TestMethod]
    public async Task An_empty_sequence_goes_in_and_out_as_an_empty_tensor_of_its_own_name()
    {
        var (status, body, _) = await host.Client.PostJsonAsync("v2/models/same/infer", Tensors(("s", "[]")));

        Assert.AreEqual(200, status, body.ToJsonString());
        Assert.AreEqual("""[{"name":"y","datatype":"FP32","shape":[0],"data":[]}]""", body["outputs"]!.ToJsonString());
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task An_optional_input_may_be_left_out(bool given)
    {
        var (status, body, _) = await host.Client.PostJsonAsync("v2/models/has/infer", given ? Tensors(("o", "[1]")) : Tensors());

        Assert.AreEqual(200, status, body.ToJsonString());
        Assert.AreEqual(given, (bool)body["outputs"]![0]!["data"]![0]!);
    }

    [TestMethod]
    public async Task An_absent_output_is_left_out()
    {
        var (status, body, _) = await host.Client.PostJsonAsync("v2/models/optional/infer", Tensors(("x", "[1,2]")));
        var (named, none, _) = await host.Client.PostJsonAsync("v2/models/optional/infer", Request("x", "FP32", [1], "[1]", ""","outputs":[{"name":"none"}]"""));

        Assert.AreEqual(200, status, body.ToJsonString());
        Assert.AreEqual("""[{"name":"some","datatype":"FP32","shape":[2],"data":[1,2]}]""", body["outputs"]!.ToJsonString());
        Assert.AreEqual(200, named, none.ToJsonString());
        Assert.AreEqual("[]", none["outputs"]!.ToJsonString());
    }

    [TestMethod]
    public async Task A_failure_in_a_model_with_optional_outputs_is_the_models_and_not_the_servers()
    {
        await host.PublishAsync("broken", new OnnxModel()
            .Node("Optional", ["z"], ["y"]).Node("Reshape", ["x", "shape"], ["z"])
            .Input("x", OnnxModel.Float, "n").Input("shape", Int64, "k").Output("y", OnnxType.Optional(Floats)).ToArray());
        var (status, body, _) = await host.Client.PostJsonAsync(
            "v2/models/broken/infer", """{"inputs":[{"name":"x","datatype":"FP32","shape":[3],"data":[1,2,3]},{"name":"shape","datatype":"INT64","shape":[1],"data":[2]}]}""");

        Assert.AreEqual(500, status);
        Assert.Contains("Reshape", body.Error());
    }

    [TestMethod]
    public async Task A_map_is_sent_as_keys_and_values()
    {
        var (status, body, _) = await host.Client.PostJsonAsync("v2/models/castmap/infer", Map("INT64", "[2]", "[7,4]", "[2]", "[0.5,0.25]"));

        Assert.AreEqual(200, status, body.ToJsonString());
        CollectionAssert.AreEqual(new[] { 0.25f, 0.5f }, body.Output(), "in the order of the keys");
    }

    [TestMethod]
    public async Task A_sequence_of_maps_goes_in_and_out_as_keys_and_a_matrix()
    {
        var (status, body, _) = await host.Client.PostJsonAsync("v2/models/maps/infer", Map("BYTES", "[2]", """["a","b"]""", "[2,2]", "[1,2,3,4]"));

        Assert.AreEqual(200, status, body.ToJsonString());
        Assert.AreEqual("""[{"name":"m.keys","datatype":"BYTES","shape":[2],"data":["a","b"]},{"name":"m.values","datatype":"FP32","shape":[2,2],"data":[1,2,3,4]}]""", body["outputs"]!.ToJsonString());
    }

    [TestMethod]
    [DataRow("concat", """{"inputs":[]}""", "s[0]")]
    [DataRow("concat", """{"inputs":[{"name":"s[1]","datatype":"FP32","shape":[1],"data":[1]}]}""", "missing")]
    [DataRow("concat", """{"inputs":[{"name":"s[0]","datatype":"FP32","shape":[1],"data":[1]},{"name":"s[2]","datatype":"FP32","shape":[1],"data":[1]}]}""", "inputs[1].name")]
    [DataRow("concat", """{"inputs":[{"name":"s","datatype":"FP32","shape":[0],"data":[]},{"name":"s[0]","datatype":"FP32","shape":[1],"data":[1]}]}""", "inputs[1].name")]
    [DataRow("concat", """{"inputs":[{"name":"s","datatype":"FP32","shape":[2],"data":[1,2]}]}""", "inputs[0].shape")]
    [DataRow("concat", """{"inputs":[{"name":"s[0]","datatype":"INT64","shape":[1],"data":[1]}]}""", "inputs[0].datatype")]
    [DataRow("concat", """{"inputs":[{"name":"s[0]","datatype":"FP32","shape":[1],"data":[1]},{"name":"s[0]","datatype":"FP32","shape":[1],"data":[1]}]}""", "inputs[1].name")]
    [DataRow("concat", """{"inputs":[{"name":"s[0]","datatype":"FP32","shape":[1],"data":[1]}],"outputs":[{"name":"s"}]}""", "outputs[0].name")]
    [DataRow("castmap", """{"inputs":[{"name":"m.keys","datatype":"INT64","shape":[1],"data":[1]}]}""", "m.values")]
    [DataRow("castmap", """{"inputs":[{"name":"m.keys","datatype":"INT64","shape":[2],"data":[1,2]},{"name":"m.values","datatype":"FP32","shape":[1],"data":[1]}]}""", "m.values")]
    [DataRow("castmap", """{"inputs":[{"name":"m.keys","datatype":"INT64","shape":[2],"data":[1,1]},{"name":"m.values","datatype":"FP32","shape":[2],"data":[1,2]}]}""", "m.keys")]
    [DataRow("castmap", """{"inputs":[{"name":"m.keys","datatype":"BYTES","shape":[1],"data":["a"]},{"name":"m.values","datatype":"FP32","shape":[1],"data":[1]}]}""", "inputs[0].datatype")]
    [DataRow("maps", """{"inputs":[{"name":"m.keys","datatype":"BYTES","shape":[1],"data":["a"]},{"name":"m.values","datatype":"FP32","shape":[0,1],"data":[]}]}""", "m.values")]
    public async Task Parts_that_do_not_make_up_a_value_are_400_and_named(string model, string request, string named)
    {
        var (status, body, _) = await host.Client.PostJsonAsync($"v2/models/{model}/infer", request);

        Assert.AreEqual(400, status, body.ToJsonString());
        Assert.Contains(named, body.Error());
    }

    [TestMethod]
    public async Task NaN_in_a_sequence_is_refused_by_place()
    {
        var (status, body, _) = await host.Client.PostBinaryAsync(
            "v2/models/concat/infer", """{"inputs":[{"name":"s[0]","shape":[2],"datatype":"FP32","parameters":{"binary_data_size":8}}]}""", Bytes(1f, float.NaN));

        Assert.AreEqual(400, status);
        Assert.Contains("inputs[0].data[1]", body.Error());
    }

    [TestMethod]
    public async Task A_model_whose_output_is_named_like_a_part_of_another_is_not_served()
    {
        await host.PublishAsync("collision", new OnnxModel()
            .Node("SplitToSequence", ["x", "lengths"], ["y"]).Node("Identity", ["x"], ["y[0]"])
            .Input("x", OnnxModel.Float, "n").Input("lengths", Int64, "k").Output("y", OnnxType.Sequence(Floats)).Output("y[0]", OnnxModel.Float, "n").ToArray());
        var (status, body, _) = await host.Client.PostJsonAsync("v2/models/collision/infer", Tensors(("x", "[1]")));

        Assert.AreEqual(503, status);
        Assert.Contains("y[0]", body.Error());
    }

    [TestMethod]
    public async Task A_sequence_goes_from_one_step_of_a_chain_to_the_next()
    {
        await host.SetTrafficAsync("split", """{"route":{"type":"chain","steps":[{"target":{}},{"target":{"model":"concat"},"inputs":{"s":"y"}}]}}""");
        string request = """{"inputs":[{"name":"x","datatype":"FP32","shape":[3],"data":[1,2,3]},{"name":"lengths","datatype":"INT64","shape":[2],"data":[2,1]}]}""";
        (int Status, JsonNode Body, HttpResponseMessage Response) answer;
        do
        {
            answer = await host.Client.PostJsonAsync("v2/models/split/infer", request);
        }
        while ((string)answer.Body["parameters"]!["route"]! == "champion");

        Assert.AreEqual(200, answer.Status, answer.Body.ToJsonString());
        CollectionAssert.AreEqual(new float[] { 1, 2, 3 }, answer.Body.Output());
        await host.SetTrafficAsync("split", """{"route":{"type":"version","target":{}}}""");
    }

    private static byte[] ZipMap(int keyType, (string, object) labels) => new OnnxModel()
        .MlNode("ZipMap", ["x"], ["probabilities"], labels)
        .Node("ArgMax", ["x"], ["label"], ("axis", 1), ("keepdims", 0))
        .Input("x", OnnxModel.Float, "batch", 3)
        .Output("label", Int64, "batch")
        .Output("probabilities", OnnxType.Sequence(OnnxType.Map(keyType, Floats)))
        .ToArray();

    private static string Tensors(params (string Name, string Data)[] tensors) =>
        $$"""{"inputs":[{{string.Join(',', tensors.Select(t => $$"""{"name":"{{t.Name}}","datatype":"FP32","shape":[{{(t.Data == "[]" ? 0 : t.Data.Count(c => c == ',') + 1)}}],"data":{{t.Data}}}"""))}}]}""";

    private static string Map(string keyType, string keyShape, string keys, string shape, string values) =>
        $$"""{"inputs":[{"name":"m.keys","datatype":"{{keyType}}","shape":{{keyShape}},"data":{{keys}}},{"name":"m.values","datatype":"FP32","shape":{{shape}},"data":{{values}}}]}""";
}
