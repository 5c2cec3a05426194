using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using static Inference.Tests.InferClient;

namespace Inference.Tests.Protocol;

[TestClass]
public sealed class OpenInferenceProtocolTests
{
    private static InferenceHost host = null!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        host = await InferenceHost.StartAsync();
        await host.PublishAsync("add", OnnxModel.Add(1));
        await host.PublishAsync("add", OnnxModel.Add(2), alias: null);
        await host.PublishAsync("text", OnnxModel.Unary("Identity", 8, "n"));
        await host.PublishAsync("half", OnnxModel.Unary("Identity", 10, "n"));
    }

    [ClassCleanup]
    public static async Task StopAsync() => await host.DisposeAsync();

    [TestMethod]
    public async Task Health_and_server_metadata_answer_as_the_protocol_says()
    {
        Assert.AreEqual(200, (await host.Client.GetJsonAsync("v2/health/live")).Status);
        Assert.AreEqual(200, (await host.Client.GetJsonAsync("v2/health/ready")).Status);
        (int status, JsonNode server) = await host.Client.GetJsonAsync("v2");
        Assert.AreEqual(200, status);
        Assert.AreEqual("binary_tensor_data", (string)server["extensions"]![0]!);
        Assert.IsNotNull(server["name"]);
        Assert.IsNotNull(server["version"]);
    }

    [TestMethod]
    public async Task Model_metadata_names_inputs_outputs_and_versions()
    {
        (int status, JsonNode model) = await host.Client.GetJsonAsync("v2/models/add");

        Assert.AreEqual(200, status);
        Assert.AreEqual("""{"name":"add","versions":["1","2"],"platform":"onnxruntime_onnx","inputs":[{"name":"x","datatype":"FP32","shape":[-1,4]}],"outputs":[{"name":"y","datatype":"FP32","shape":[-1,4],"role":"scores"}],"properties":{"batch_across_callers":"false","batch_evidence":"it was not tried when the version was published"}}""", model.ToJsonString());
        Assert.AreEqual(200, (await host.Client.GetJsonAsync("v2/models/add/versions/2")).Status);
        Assert.AreEqual(200, (await host.Client.GetJsonAsync("v2/models/add/ready")).Status);
        Assert.AreEqual(200, (await host.Client.GetJsonAsync("v2/models/add/versions/2/ready")).Status);
    }

    [TestMethod]
    public async Task Tritons_clients_are_told_a_models_configuration_and_what_it_has_done()
    {
        await host.PublishAsync("told", new OnnxModel().Node("Identity", ["t"], ["u"]).Node("Neg", ["x"], ["y"])
            .Input("t", 8, "n").Input("x", 6, "n", 2).Output("u", 8, "n").Output("y", 6, "n", 2).ToArray());
        string request = """{"inputs":[{"name":"t","shape":[3],"datatype":"BYTES","data":["a","b","c"]},{"name":"x","shape":[3,2],"datatype":"INT32","data":[1,2,3,4,5,6]}]}""";
        Assert.AreEqual(200, (await host.Client.PostJsonAsync("v2/models/told/infer", request)).Status);
        Assert.AreEqual(400, (await host.Client.PostJsonAsync("v2/models/told/infer", """{"inputs":[]}""")).Status);

        JsonNode config = (await host.Client.GetJsonAsync("v2/models/told/config")).Body;
        JsonNode statistics = (await host.Client.GetJsonAsync("v2/models/told/stats")).Body["model_stats"]!.AsArray().Single()!;
        JsonNode fixedBatch = (await host.Client.GetJsonAsync("v2/models/half/versions/1/config")).Body;

        Assert.AreEqual(
            """{"name":"told","platform":"onnxruntime_onnx","backend":"onnxruntime","max_batch_size":32,"input":[{"name":"t","data_type":"TYPE_STRING","dims":[]},{"name":"x","data_type":"TYPE_INT32","dims":[2]}],"output":[{"name":"u","data_type":"TYPE_STRING","dims":[]},{"name":"y","data_type":"TYPE_INT32","dims":[2]}]}""",
            config.ToJsonString());
        Assert.AreEqual("TYPE_FP16", (string)fixedBatch["input"]![0]!["data_type"]!);
        Assert.AreEqual("told 1 3 1 1 1", $"{statistics["name"]} {statistics["version"]} {statistics["inference_count"]} {statistics["execution_count"]} {statistics["inference_stats"]!["success"]!["count"]} {statistics["inference_stats"]!["fail"]!["count"]}");
        Assert.IsGreaterThan(0, (long)statistics["inference_stats"]!["success"]!["ns"]!);
    }

    [TestMethod]
    public async Task The_champion_answers_unless_a_version_is_named()
    {
        var champion = await host.Client.PostJsonAsync("v2/models/add/infer", Floats("x", [1, 4], 1, 2, 3, 4));
        var second = await host.Client.PostJsonAsync("v2/models/add/versions/2/infer", Floats("x", [1, 4], 1, 2, 3, 4));
        var alias = await host.Client.PostJsonAsync("v2/models/add/versions/champion/infer", Floats("x", [1, 4], 1, 2, 3, 4));

        CollectionAssert.AreEqual(new float[] { 2, 3, 4, 5 }, champion.Body.Output());
        CollectionAssert.AreEqual(new float[] { 3, 4, 5, 6 }, second.Body.Output());
        CollectionAssert.AreEqual(new float[] { 2, 3, 4, 5 }, alias.Body.Output());
        Assert.AreEqual("1", (string)champion.Body["model_version"]!);
        Assert.AreEqual("add", (string)champion.Body["model_name"]!);
        Assert.AreEqual("2", (string)second.Body["model_version"]!);
        Assert.AreEqual("champion", (string)champion.Body["parameters"]!["route"]!);
        Assert.AreEqual("1", champion.Response.Headers.GetValues("Inference-Model-Version").Single());
    }

    [TestMethod]
    [DataRow("""{"id":"a7","inputs":[{"name":"x","shape":[2,4],"datatype":"FP32","data":[[1,2,3,4],[5,6,7,8]]}]}""")]
    [DataRow("""{"id":"a7","inputs":[{"name":"x","data":[1,2,3,4,5,6,7,8],"datatype":"FP32","shape":[2,4]}],"unknown":{"deep":[1]}}""")]
    [DataRow("""{"inputs":[{"data":[[1,2,3,4],[5,6,7,8]],"parameters":{"x":1},"name":"x","datatype":"FP32","shape":[2,4]}],"outputs":[{"name":"y"}],"id":"a7"}""")]
    [DataRow("""{"id":"a7","parameters":null,"outputs":null,"inputs":[{"name":"x","shape":[2,4],"datatype":"FP32","parameters":null,"data":[1,2,3,4,5,6,7,8]}]}""")]
    public async Task Data_may_be_flat_or_nested_and_members_come_in_any_order(string request)
    {
        var (status, body, _) = await host.Client.PostJsonAsync("v2/models/add/infer", request);

        Assert.AreEqual(200, status, body.ToJsonString());
        CollectionAssert.AreEqual(new float[] { 2, 3, 4, 5, 6, 7, 8, 9 }, body.Output());
        Assert.AreEqual("a7", (string)body["id"]!);
        Assert.AreEqual("[2,4]", body["outputs"]![0]!["shape"]!.ToJsonString());
    }

    [TestMethod]
    public async Task Binary_tensors_go_in_and_out()
    {
        var (status, header, binary) = await host.Client.PostBinaryAsync(
            "v2/models/add/infer",
            """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":16}}],"parameters":{"binary_data_output":true}}""",
            Bytes(1f, 2f, 3f, 4f));

        Assert.AreEqual(200, status, header.ToJsonString());
        CollectionAssert.AreEqual(Bytes(2f, 3f, 4f, 5f), binary);
        Assert.AreEqual(16, (int)header["outputs"]![0]!["parameters"]!["binary_data_size"]!);
        Assert.IsNull(header["outputs"]![0]!["data"]);
    }

    [TestMethod]
    public async Task An_output_may_be_asked_for_in_JSON_although_the_rest_is_binary()
    {
        var (_, header, binary) = await host.Client.PostBinaryAsync(
            "v2/models/add/infer",
            """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":16}}],"outputs":[{"name":"y","parameters":{"binary_data":false}}],"parameters":{"binary_data_output":true}}""",
            Bytes(1f, 2f, 3f, 4f));

        CollectionAssert.AreEqual(new float[] { 2, 3, 4, 5 }, header.Output());
        Assert.IsEmpty(binary);
    }

    [TestMethod]
    public async Task A_raw_binary_request_takes_its_shape_from_the_model()
    {
        var content = new ByteArrayContent(Bytes(1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f));
        content.Headers.Add("Inference-Header-Content-Length", "0");
        HttpResponseMessage response = await host.Client.PostAsync("v2/models/add/infer", content);
        byte[] body = await response.Content.ReadAsByteArrayAsync();

        CollectionAssert.AreEqual(Bytes(2f, 3f, 4f, 5f, 6f, 7f, 8f, 9f), body[^32..]);
    }

    [TestMethod]
    [DataRow("gzip")]
    [DataRow("deflate")]
    [DataRow("Deflate")]
    public async Task Compressed_requests_are_read(string encoding)
    {
        byte[] json = System.Text.Encoding.UTF8.GetBytes(Floats("x", [1, 4], 1, 2, 3, 4));
        HttpResponseMessage response = await host.Client.PostAsync("v2/models/add/infer", Compressed(encoding, json));

        Assert.AreEqual(200, (int)response.StatusCode);
    }

    [TestMethod]
    public async Task Strings_survive_in_JSON_and_binary()
    {
        var (_, body, _) = await host.Client.PostJsonAsync("v2/models/text/infer", Request("x", "BYTES", [3], """["", "grün", "\u0000\ud83d\ude00"]"""));
        CollectionAssert.AreEqual(new[] { "", "grün", "\0😀" }, body["outputs"]![0]!["data"]!.AsArray().Select(s => (string)s!).ToArray());

        byte[] strings = [.. Bytes(2), 0xFF, 0x00, .. Bytes(0)];
        var (status, header, binary) = await host.Client.PostBinaryAsync(
            "v2/models/text/infer",
            """{"inputs":[{"name":"x","shape":[2],"datatype":"BYTES","parameters":{"binary_data_size":10}}],"parameters":{"binary_data_output":true}}""",
            strings);
        Assert.AreEqual(200, status, header.ToJsonString());
        CollectionAssert.AreEqual(strings, binary);
    }

    [TestMethod]
    public async Task Half_precision_works_in_JSON_and_binary()
    {
        var (_, body, _) = await host.Client.PostJsonAsync("v2/models/half/infer", Request("x", "FP16", [2], "[0.5, -2]"));
        CollectionAssert.AreEqual(new[] { 0.5f, -2f }, body.Output());
    }

    [TestMethod]
    [DataRow("v2/models/nothing/infer", 404, "nothing")]
    [DataRow("v2/models/add/versions/99/infer", 404, "99")]
    [DataRow("v2/models/add/versions/candidate/infer", 404, "candidate")]
    [DataRow("v2/models/add/versions/0x1/infer", 400, "alias")]
    [DataRow("v2/models/a%2e%2eb/infer", 400, "model")]
    [DataRow("v2/models/%2e%2e%5cx/infer", 400, "model")]
    public async Task Unknown_and_impossible_models_are_told_apart(string path, int expected, string named)
    {
        var (status, body, _) = await host.Client.PostJsonAsync(path, Floats("x", [1, 4], 1, 2, 3, 4));

        Assert.AreEqual(expected, status);
        Assert.Contains(named, body.Error());
    }

    [TestMethod]
    [DataRow("", "JSON")]
    [DataRow("[]", "object")]
    [DataRow("{}", "inputs")]
    [DataRow("{\"inputs\":[]}", "'x' is missing")]
    [DataRow("{\"inputs\":[1]}", "inputs[0]")]
    [DataRow("{\"inputs\":[{}]}", "inputs[0].name")]
    [DataRow("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32"}]}""", "inputs[0].data")]
    [DataRow("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP31","data":[1]}]}""", "inputs[0].datatype")]
    [DataRow("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"INT32","data":[1,2,3,4]}]}""", "inputs[0].datatype")]
    [DataRow("""{"inputs":[{"name":"z","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}""", "inputs[0].name")]
    [DataRow("""{"inputs":[{"name":"x","shape":[4],"datatype":"FP32","data":[1,2,3,4]}]}""", "inputs[0].shape")]
    [DataRow("""{"inputs":[{"name":"x","shape":[1,5],"datatype":"FP32","data":[1,2,3,4,5]}]}""", "inputs[0].shape")]
    [DataRow("""{"inputs":[{"name":"x","shape":[-1,4],"datatype":"FP32","data":[1,2,3,4]}]}""", "inputs[0].shape[0]")]
    [DataRow("""{"inputs":[{"name":"x","shape":[1,4.5],"datatype":"FP32","data":[1,2,3,4]}]}""", "inputs[0].shape[1]")]
    [DataRow("""{"inputs":[{"name":"x","shape":[2147483647,0],"datatype":"FP32","data":[]}]}""", "inputs[0].shape[0]")]
    [DataRow("""{"inputs":[{"name":"x","shape":[0,4,9223372036854775807],"datatype":"FP32","data":[]}]}""", "inputs[0].shape[2]")]
    [DataRow("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3]}]}""", "inputs[0].data")]
    [DataRow("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4,5]}]}""", "inputs[0].data")]
    [DataRow("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,"3",4]}]}""", "inputs[0].data[2]")]
    [DataRow("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,1e39,4]}]}""", "inputs[0].data[2]")]
    [DataRow("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,NaN,4]}]}""", "send null for NaN")]
    [DataRow("""{"inputs":[{"name":"x","shape":[2,2],"datatype":"FP32","data":[[1,2,3],[4]]}]}""", "inputs[0].data")]
    [DataRow("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[[[1,2,3,4]]]}]}""", "inputs[0].data")]
    [DataRow("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,[2,3,4]]}]}""", "inputs[0].data")]
    [DataRow("""{"inputs":[{"name":"x","shape":[9223372036854775807,9223372036854775807],"datatype":"FP32","data":[1]}]}""", "inputs[0].data")]
    [DataRow("""{"inputs":[{"name":"x","shape":[500000000,4],"datatype":"FP32","data":[1]}]}""", "inputs[0].data")]
    [DataRow("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"outputs":[{"name":"w"}]}""", "outputs[0].name")]
    [DataRow("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"outputs":[null]}""", "outputs[0]")]
    [DataRow("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"outputs":[{"name":"y"},{"name":"y"}]}""", "outputs[1].name")]
    [DataRow("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]},{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}""", "inputs[1].name")]
    [DataRow("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"parameters":{"timeout":-1}}""", "parameters.timeout")]
    [DataRow("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]} trailing""", "JSON")]
    public async Task Bad_requests_are_400_and_name_the_field(string request, string named)
    {
        var (status, body, _) = await host.Client.PostJsonAsync("v2/models/add/infer", request);

        Assert.AreEqual(400, status, body.ToJsonString());
        Assert.Contains(named, body.Error());
        Assert.AreEqual(200, (await host.Client.PostJsonAsync("v2/models/add/infer", Floats("x", [1, 4], 1, 2, 3, 4))).Status);
    }

    [TestMethod]
    [DataRow("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":16}}]}""", 12, "Inference-Header-Content-Length")]
    [DataRow("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":12}}]}""", 12, "inputs[0].parameters.binary_data_size")]
    [DataRow("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":16}}]}""", 20, "binary_data_size")]
    [DataRow("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":-1}}]}""", 16, "binary_data_size")]
    [DataRow("""{"inputs":[{"name":"x","shape":[4611686018427387904,4],"datatype":"FP32","parameters":{"binary_data_size":0}}]}""", 0, "inputs[0].shape")]
    [DataRow("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4],"parameters":{"binary_data_size":16}}]}""", 16, "inputs[0].data")]
    public async Task Binary_data_that_does_not_match_its_size_is_refused(string header, int bytes, string named)
    {
        var (status, body, _) = await host.Client.PostBinaryAsync("v2/models/add/infer", header, new byte[bytes]);

        Assert.AreEqual(400, status);
        Assert.Contains(named, body.Error());
    }

    [TestMethod]
    [DataRow("FP32", OnnxModel.Float)]
    [DataRow("FP64", 11)]
    [DataRow("FP16", 10)]
    public async Task Null_in_JSON_is_NaN_which_a_version_takes_if_its_serving_options_say_so(string datatype, int element)
    {
        byte[] isNaN = new OnnxModel().Node("IsNaN", ["x"], ["y"]).Input("x", element, "batch", 3).Output("y", 9, "batch", 3).ToArray();
        string model = "nan-" + datatype.ToLowerInvariant();
        await host.PublishAsync(model, isNaN, serving: new() { AcceptNaN = true });
        await host.PublishAsync(model, isNaN, alias: null);
        string request = Request("x", datatype, [1, 3], "[1,null,3]");
        var taken = await host.Client.PostJsonAsync($"v2/models/{model}/versions/1/infer", request);
        var refused = await host.Client.PostJsonAsync($"v2/models/{model}/versions/2/infer", request);

        Assert.AreEqual("[false,true,false]", taken.Body["outputs"]![0]!["data"]!.ToJsonString());
        Assert.AreEqual(400, refused.Status);
        Assert.Contains("inputs[0].data[1]: is NaN", refused.Body.Error());
        Assert.Contains("acceptNaN", refused.Body.Error());
    }

    [TestMethod]
    public async Task NaN_in_binary_data_is_refused_by_place()
    {
        var (status, body, _) = await host.Client.PostBinaryAsync(
            "v2/models/add/infer",
            """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":16}}]}""",
            Bytes(1f, 2f, 3f, float.NaN));

        Assert.AreEqual(400, status);
        Assert.Contains("inputs[0].data[3]", body.Error());
    }

    [TestMethod]
    public async Task A_string_that_runs_past_its_tensor_is_refused()
    {
        var (status, body, _) = await host.Client.PostBinaryAsync(
            "v2/models/text/infer",
            """{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":6}}]}""",
            [.. Bytes(0x7FFFFFFF), 1, 2]);

        Assert.AreEqual(400, status);
        Assert.Contains("inputs[0].data[0]", body.Error());
    }

    [TestMethod]
    public async Task Infinity_that_JSON_cannot_carry_is_said_not_sent()
    {
        var (status, body, _) = await host.Client.PostBinaryAsync(
            "v2/models/add/infer",
            """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":16}}]}""",
            Bytes(1f, 2f, 3f, float.PositiveInfinity));

        Assert.AreEqual(422, status);
        Assert.Contains("binary_data", body.Error());
    }

    [TestMethod]
    [DataRow("9999", "only")]
    [DataRow("x", "whole number")]
    [DataRow("-1", "whole number")]
    public async Task A_wrong_header_length_is_refused(string length, string named)
    {
        var content = new ByteArrayContent(new byte[8]);
        content.Headers.TryAddWithoutValidation("Inference-Header-Content-Length", length);
        HttpResponseMessage response = await host.Client.PostAsync("v2/models/add/infer", content);

        Assert.AreEqual(400, (int)response.StatusCode);
        Assert.Contains(named, await response.Content.ReadAsStringAsync());
    }

    [TestMethod]
    public async Task An_unknown_encoding_is_415()
    {
        var content = new ByteArrayContent(new byte[8]);
        content.Headers.ContentEncoding.Add("br");

        Assert.AreEqual(415, (int)(await host.Client.PostAsync("v2/models/add/infer", content)).StatusCode);
    }

    [TestMethod]
    public async Task A_body_that_is_not_gzip_is_400()
    {
        var content = new ByteArrayContent(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 });
        content.Headers.ContentEncoding.Add("gzip");

        Assert.AreEqual(400, (int)(await host.Client.PostAsync("v2/models/add/infer", content)).StatusCode);
    }

    [TestMethod]
    public async Task A_decompression_bomb_and_an_endless_body_are_413()
    {
        await using InferenceHost small = await InferenceHost.StartAsync(settings: new() { ["Inference:MaxRequestBytes"] = "100000" });
        await small.PublishAsync("add", OnnxModel.Add(1));

        HttpResponseMessage bomb = await small.Client.PostAsync("v2/models/add/infer", Compressed("gzip", new byte[50_000_000]));
        HttpResponseMessage declared = await small.Client.PostAsync("v2/models/add/infer", new ByteArrayContent(new byte[100_001]));

        Assert.AreEqual(413, (int)bomb.StatusCode);
        Assert.AreEqual(413, (int)declared.StatusCode);
        Assert.AreEqual(200, (await small.Client.PostJsonAsync("v2/models/add/infer", Floats("x", [1, 4], 1, 2, 3, 4))).Status);
    }

    private static ByteArrayContent Compressed(string encoding, byte[] data)
    {
        var compressed = new MemoryStream();
        using (Stream to = encoding == "gzip"
            ? new System.IO.Compression.GZipStream(compressed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true)
            : new System.IO.Compression.ZLibStream(compressed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            to.Write(data);
        }

        var content = new ByteArrayContent(compressed.ToArray());
        content.Headers.ContentEncoding.Add(encoding);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }
}
