using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using DurableMl.Registry;

namespace Serving.Tests;

/// <summary>What every host of the inference endpoints has to do: run against the container and against the Functions app.</summary>
public abstract class InferenceConformance
{
    private static readonly string[] Endpoints =
    [
        "GET v2 200", "GET v2/health/live 200", "GET v2/health/ready 200", "GET v2/models/{0} 200", "GET v2/models/{0}/versions/1 200", "GET v2/models/{0}/ready 200",
        "GET v2/models/{0}/versions/1/ready 200", "GET v2/models/{0}/config 200", "GET v2/models/{0}/versions/1/config 200", "GET v2/models/{0}/stats 200",
        "GET v2/models/{0}/versions/1/stats 200", "GET v2/models/missing/stats 404", "POST v2/repository/index 200", "GET v2/models/missing 404", "POST v2/models/missing/infer 404", "POST v2/models/{0}/infer 400",
        "POST v2/models/{0}/versions/7/infer 404", "GET api/models 200", "GET api/models/{0} 200", "GET api/models/{0}/versions/1 200", "GET api/models/-/traffic 400",
        "GET api/models/{0}/traffic 200", "GET api/models/{0}/experiments 200", "PUT api/models/{0}/traffic 428", "PUT api/models/{0}/aliases/candidate 400",
        "PATCH api/models/{0}/versions/1/serving 200", "PATCH api/models/{0}/versions/9/serving 404", "GET api/models/{0}/versions/1/drift 409",
        "DELETE api/models/{0}/versions/9 404", "DELETE api/models/{0}/versions/1 409", "DELETE api/models/{0} 409", "DELETE api/models/none 404", "POST api/feedback 400",
    ];

    /// <summary>The host, with a key in its headers.</summary>
    protected abstract Task<HttpClient> ClientAsync();

    /// <summary>The account that the host serves from.</summary>
    protected abstract Task<BlobServiceClient> BlobsAsync();

    [TestMethod]
    public async Task Every_endpoint_answers_with_its_status_and_in_its_form()
    {
        string model = await PublishAsync();
        foreach (string[] endpoint in Endpoints.Select(line => line.Split(' ')))
        {
            string path = string.Format(System.Globalization.CultureInfo.InvariantCulture, endpoint[1], model);
            (HttpStatusCode status, JsonNode body, _) = await SendAsync(new HttpMethod(endpoint[0]), path, endpoint[0] is "GET" ? null : path.StartsWith("v2", StringComparison.Ordinal) ? """{"inputs":[]}""" : "{}");

            Assert.AreEqual(int.Parse(endpoint[2], System.Globalization.CultureInfo.InvariantCulture), (int)status, $"{endpoint[0]} {path}: {body.ToJsonString()}");
            if ((int)status >= 400)
            {
                Assert.IsNotEmpty((string)body[path.StartsWith("v2", StringComparison.Ordinal) ? "error" : "detail"]!, path);
            }
        }
    }

    [TestMethod]
    public async Task A_model_answers_JSON_and_binary_requests_alike()
    {
        string model = await PublishAsync();
        (HttpStatusCode status, JsonNode json, HttpResponseMessage response) = await SendAsync(HttpMethod.Post, $"v2/models/{model}/infer", Request("[3,4]", "\"id\":\"a\","));
        Assert.AreEqual(HttpStatusCode.OK, status, json.ToJsonString());
        Assert.AreEqual("[3,8]", json["outputs"]![0]!["data"]!.ToJsonString());
        Assert.AreEqual(("1", "a", "champion"), ((string)json["model_version"]!, (string)json["id"]!, (string)json["parameters"]!["route"]!));
        Assert.AreEqual("1", response.Headers.GetValues("Inference-Model-Version").Single());

        byte[] header = """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":8}}],"parameters":{"binary_data_output":true}}"""u8.ToArray();
        using var content = new ByteArrayContent([.. header, .. MemoryMarshal.AsBytes<float>([3, 4])]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.Add("Inference-Header-Content-Length", $"{header.Length}");
        using HttpResponseMessage binary = await (await ClientAsync()).PostAsync(new Uri($"v2/models/{model}/versions/1/infer", UriKind.Relative), content);
        byte[] body = await binary.Content.ReadAsByteArrayAsync();
        Assert.AreEqual(HttpStatusCode.OK, binary.StatusCode);
        CollectionAssert.AreEqual(new float[] { 3, 8 }, MemoryMarshal.Cast<byte, float>(body.AsSpan(body.Length - 8)).ToArray());
    }

    [TestMethod]
    public async Task A_compressed_body_is_read()
    {
        string model = await PublishAsync();
        using var compressed = new MemoryStream();
        await using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(Request("[3,4]")));
        }

        using var content = new ByteArrayContent(compressed.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.ContentEncoding.Add("gzip");
        using HttpResponseMessage response = await (await ClientAsync()).PostAsync(new Uri($"v2/models/{model}/infer", UriKind.Relative), content);

        Assert.AreEqual(HttpStatusCode.OK, response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    [TestMethod]
    public async Task A_wrong_field_is_named()
    {
        string model = await PublishAsync();

        Assert.Contains("inputs[0].data", (string)(await SendAsync(HttpMethod.Post, $"v2/models/{model}/infer", Request("[3]"))).Body["error"]!);
        Assert.Contains("inputs[0].data[1]", (string)(await SendAsync(HttpMethod.Post, $"v2/models/{model}/infer", Request("[3,\"4\"]"))).Body["error"]!);
        (HttpStatusCode status, JsonNode body, _) = await SendAsync(HttpMethod.Patch, $"api/models/{model}/versions/1/serving", """{"maxBach":4,"threads":0}""");
        Assert.AreEqual(HttpStatusCode.BadRequest, status);
        Assert.AreEqual("$.maxBach", (string)body["errors"]![0]!["path"]!, body.ToJsonString());
    }

    [TestMethod]
    public async Task Serving_options_change_by_a_patch_and_hold_from_then_on()
    {
        string model = await PublishAsync();
        Assert.AreEqual(HttpStatusCode.BadRequest, (await SendAsync(HttpMethod.Post, $"v2/models/{model}/infer", Request("[3,null]"))).Status);

        Assert.AreEqual(HttpStatusCode.OK, (await SendAsync(HttpMethod.Patch, $"api/models/{model}/versions/1/serving", """{"acceptNaN":true,"maxQueue":7}""")).Status);
        JsonNode changed = (await SendAsync(HttpMethod.Patch, $"api/models/{model}/versions/1/serving", """{"maxQueue":null}""")).Body;

        Assert.AreEqual((true, 1024), ((bool)changed["acceptNaN"]!, (int)changed["maxQueue"]!));
        Assert.AreEqual(HttpStatusCode.UnprocessableEntity, (await SendAsync(HttpMethod.Post, $"v2/models/{model}/infer", Request("[3,null]"))).Status, "NaN goes in, and JSON cannot carry it out");
        Assert.IsTrue((bool)(await SendAsync(HttpMethod.Get, $"api/models/{model}/versions/1", null)).Body["serving"]!["acceptNaN"]!);
    }

    [TestMethod]
    public async Task Traffic_is_split_and_counted()
    {
        string model = await PublishAsync();
        using var request = new HttpRequestMessage(HttpMethod.Put, $"api/models/{model}/traffic")
        {
            Content = Json("""{"route":{"type":"split","arms":[{"target":{"version":"1"},"weight":1},{"target":{},"weight":1}]}}"""),
        };
        request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Any);
        using HttpResponseMessage put = await (await ClientAsync()).SendAsync(request);
        Assert.AreEqual(HttpStatusCode.OK, put.StatusCode, await put.Content.ReadAsStringAsync());
        for (int i = 0; i < 4; i++)
        {
            await SendAsync(HttpMethod.Post, $"v2/models/{model}/infer", Request("[3,4]"));
        }

        JsonNode arms = (await SendAsync(HttpMethod.Get, $"api/models/{model}/experiments", null)).Body["arms"]!;
        Assert.AreEqual("split:1 2, split:champion 2", string.Join(", ", arms.AsArray().Select(arm => $"{arm!["route"]} {arm["requests"]}")));
    }

    [TestMethod]
    public async Task A_body_for_the_api_must_be_JSON()
    {
        using var text = new StringContent("{}", Encoding.UTF8, "text/plain");
        using HttpResponseMessage response = await (await ClientAsync()).PostAsync(new Uri("api/feedback", UriKind.Relative), text);

        Assert.AreEqual(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [TestMethod]
    public async Task Metrics_are_text_for_Prometheus()
    {
        string model = await PublishAsync();
        await SendAsync(HttpMethod.Get, $"v2/models/{model}/ready", null);
        string metrics = await (await ClientAsync()).GetStringAsync(new Uri("metrics", UriKind.Relative));

        Assert.MatchesRegex($$"""durableml_inference_loads_total\{[^}]*model="{{model}}",version="1"\} 1""", metrics);
    }

    [TestMethod]
    public async Task Without_a_key_only_the_probes_answer()
    {
        using var stranger = new HttpClient { BaseAddress = (await ClientAsync()).BaseAddress };

        Assert.AreEqual(HttpStatusCode.OK, (await stranger.GetAsync(new Uri("v2/health/live", UriKind.Relative))).StatusCode);
        foreach (string path in (string[])["v2", "v2/models/m", "api/models", "metrics"])
        {
            Assert.AreEqual(HttpStatusCode.Unauthorized, (await stranger.GetAsync(new Uri(path, UriKind.Relative))).StatusCode, path);
        }

        stranger.DefaultRequestHeaders.Add("x-functions-key", "not a key that anyone has");
        Assert.AreEqual(HttpStatusCode.Unauthorized, (await stranger.GetAsync(new Uri("v2", UriKind.Relative))).StatusCode);
    }

    /// <summary>Publishes scores = (x0, 2 · x1) and returns the model's name.</summary>
    protected async Task<string> PublishAsync()
    {
        string model = $"c-{Guid.NewGuid():N}"[..20];
        var registry = new ModelRegistry(await BlobsAsync(), TimeProvider.System);
        await registry.PublishAsync(new(model, new("run"), [ModelSource.FromBytes("model.onnx", OnnxModel.Linear(new float[,] { { 1, 0 }, { 0, 2 } }))]));
        await registry.SetAliasAsync(model, "champion", "1");
        return model;
    }

    private static string Request(string data, string rest = "") => $$"""{{{rest}}"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":{{data}}}]}""";

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private async Task<(HttpStatusCode Status, JsonNode Body, HttpResponseMessage Response)> SendAsync(HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : Json(body) };
        HttpResponseMessage response = await (await ClientAsync()).SendAsync(request);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!, response);
    }
}
