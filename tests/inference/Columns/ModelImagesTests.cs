using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using DurableMl.Features.Images;
using DurableMl.Registry;
using SkiaSharp;

namespace Inference.Tests.Columns;

/// <summary>Requests of images, against a model that answers with the very numbers that its network was given.</summary>
[TestClass]
public sealed class ModelImagesTests
{
    private static readonly ImageTransform Transform = new(
        ImageTransform.CurrentFormat, new ImageForm(1, 2, 2, ImageFit.Crop), new Normalisation(0.4, 0.3), ["ant", "bee", "cow", "dog"]);

    [TestMethod]
    public async Task Encoded_images_reach_the_network_as_preprocessing_would_make_them()
    {
        await using InferenceHost host = await StartAsync();
        byte[][] files = [Png(2, 2, 10), Png(7, 5, 90)];

        JsonNode inJson = await InferAsync(host, new StringContent(
            $$$"""{"inputs":[{"name":"image","datatype":"BYTES","shape":[2],"data":["{{{Convert.ToBase64String(files[0])}}}","{{{Convert.ToBase64String(files[1])}}}"]}]}""",
            Encoding.UTF8, "application/json"));
        JsonNode inBinary = await InferAsync(host, Binary(files));

        foreach ((int i, byte[] file) in files.Index())
        {
            var numbers = new float[4];
            Transform.Apply(file, "a.png", numbers);
            double total = numbers.Sum(number => Math.Exp(number));
            for (int pixel = 0; pixel < 4; pixel++)
            {
                Assert.AreEqual(Math.Exp(numbers[pixel]) / total, Scores(inJson)[(i * 4) + pixel], 1e-6);
            }

            Assert.AreEqual(Transform.Labels[numbers.IndexOf(numbers.Max())], (string)Output(inJson, "label")[i]!);
        }

        CollectionAssert.AreEqual(Scores(inJson), Scores(inBinary));
    }

    [TestMethod]
    public async Task Pixels_are_taken_as_bytes()
    {
        await using InferenceHost host = await StartAsync();
        byte[] file = Png(2, 2, 10);
        byte[] pixels = Transform.Form.Read(file, "a.png");

        JsonNode ofPixels = await InferAsync(host, Json($$"""{"inputs":[{"name":"image","datatype":"UINT8","shape":[1,2,2],"data":[{{string.Join(',', pixels)}}]}]}"""));

        CollectionAssert.AreEqual(Scores(await InferAsync(host, Binary(file))), Scores(ofPixels));
    }

    [TestMethod]
    public async Task The_network_itself_can_be_asked()
    {
        await using InferenceHost host = await StartAsync();

        JsonNode answer = await InferAsync(host, Json("""{"inputs":[{"name":"x","datatype":"FP32","shape":[1,1,2,2],"data":[1,2,3,4]}]}"""));

        CollectionAssert.AreEqual(new float[] { 1, 2, 3, 4 }, Output(answer, "y").Select(value => value!.GetValue<float>()).ToArray());
    }

    [TestMethod]
    public async Task Metadata_shows_the_image_and_the_labels()
    {
        await using InferenceHost host = await StartAsync();

        JsonNode signature = (await host.Client.GetFromJsonAsync<JsonNode>("v2/models/pixels"))!["signature"]!;

        Assert.AreEqual("""{"name":"image","channels":1,"height":2,"width":2,"fit":"crop"}""", signature["image"]!.ToJsonString());
        Assert.AreEqual("""["ant","bee","cow","dog"]""", signature["targets"]![0]!["labels"]!.ToJsonString());
    }

    [TestMethod]
    [DataRow("\"image\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"aGVsbG8=\"]", "inputs[0].data[0]: is not a JPEG, PNG, BMP, GIF or WebP image")]
    [DataRow("\"image\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[null]", "inputs[0].data[0]: is not a JPEG, PNG, BMP, GIF or WebP image")]
    [DataRow("\"photo\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"\"]", "inputs: a request of images has one input, 'image', not 'photo'")]
    [DataRow("\"image\",\"datatype\":\"BYTES\",\"shape\":[0],\"data\":[]", "inputs[0].shape: ")]
    [DataRow("\"image\",\"datatype\":\"UINT8\",\"shape\":[1,3],\"data\":[1,2,3]", "inputs[0].shape: is [1,3] of UINT8; pixels are UINT8 of [n, 1, 2, 2]")]
    public async Task What_is_no_image_of_the_model_is_refused(string input, string refusal)
    {
        await using InferenceHost host = await StartAsync();

        using HttpResponseMessage response = await host.Client.PostAsync(
            new Uri("v2/models/pixels/infer", UriKind.Relative), Json($$"""{"inputs":[{"name":{{input}}}]}"""));

        string answer = await response.Content.ReadAsStringAsync();
        Assert.AreEqual(HttpStatusCode.BadRequest, response.StatusCode, answer);
        StringAssert.StartsWith((string)JsonNode.Parse(answer)!["error"]!, refusal);
    }

    private static async Task<InferenceHost> StartAsync()
    {
        InferenceHost host = await InferenceHost.StartAsync();
        byte[] network = new OnnxModel().Node("Flatten", ["x"], ["y"]).Input("x", 1, "batch", 1, 2, 2).Output("y", 1, "batch", 4).ToArray();
        ModelManifest version = await host.Registry.PublishAsync(new ModelPublication(
            "pixels", new ModelLineage(Guid.NewGuid().ToString()), [ModelSource.FromBytes("model.onnx", network), ModelSource.FromBytes("transform.json", Transform.ToUtf8())])
        {
            Transform = "transform.json",
        });
        await host.Registry.SetAliasAsync("pixels", "champion", version.Version);
        return host;
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static ByteArrayContent Binary(params byte[][] files)
    {
        byte[] data = [.. files.SelectMany(file => (byte[])[.. BitConverter.GetBytes(file.Length), .. file])];
        byte[] json = Encoding.UTF8.GetBytes(
            $$$"""{"inputs":[{"name":"image","datatype":"BYTES","shape":[{{{files.Length}}}],"parameters":{"binary_data_size":{{{data.Length}}}}}]}""");
        var content = new ByteArrayContent([.. json, .. data]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.Add("Inference-Header-Content-Length", $"{json.Length}");
        return content;
    }

    private static byte[] Png(int width, int height, byte brightness)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                bitmap.SetPixel(x, y, new SKColor((byte)(brightness + (x * 20)), (byte)(brightness + (y * 10)), brightness));
            }
        }

        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private static async Task<JsonNode> InferAsync(InferenceHost host, HttpContent body)
    {
        using HttpResponseMessage response = await host.Client.PostAsync(new Uri("v2/models/pixels/infer", UriKind.Relative), body);
        string answer = await response.Content.ReadAsStringAsync();
        Assert.AreEqual(HttpStatusCode.OK, response.StatusCode, answer);
        return JsonNode.Parse(answer)!;
    }

    private static double[] Scores(JsonNode answer) => [.. Output(answer, "scores").Select(score => score!.GetValue<double>())];

    private static JsonArray Output(JsonNode answer, string name) => answer["outputs"]!.AsArray().Single(output => (string)output!["name"]! == name)!["data"]!.AsArray();
}
