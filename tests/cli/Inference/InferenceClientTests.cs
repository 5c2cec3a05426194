using System.Net;
using DurableMl.Cli;
using DurableMl.Cli.Inference;

namespace Cli.Tests.Inference;

[TestClass]
public sealed class InferenceClientTests
{
    private static readonly ModelMetadata Model = new("m", ["1"], [new ModelTensor("in", "FP32", [-1, 2])], [new ModelTensor("out", "FP32", [-1, 2])]);

    [TestMethod]
    public async Task A_tensor_travels_as_raw_bytes_behind_its_json_header()
    {
        var handler = new RecordingHandler(() => Binary("""{"model_version":"3","outputs":[{"name":"out","shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":8}}]}""", 0.25f, 0.75f));

        var result = await new InferenceClient(handler.Client()).InferAsync(Model, [1, 2], new[] { 1f, 2f }, CancellationToken.None);

        Assert.AreEqual("3", result.ModelVersion);
        CollectionAssert.AreEqual(new[] { 0.25f, 0.75f }, result.Values);
        Assert.AreEqual("/v2/models/m/infer", handler.Path);
        var header = System.Text.Encoding.UTF8.GetString(handler.Body!, 0, handler.HeaderLength);
        Assert.AreEqual(
            """{"inputs":[{"name":"in","shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":8}}],"outputs":[{"name":"out","parameters":{"binary_data":true}}]}""",
            header);
        CollectionAssert.AreEqual(new byte[] { 0, 0, 128, 63, 0, 0, 0, 64 }, handler.Body![handler.HeaderLength..]);
    }

    [TestMethod]
    public async Task An_answer_in_json_is_read_too()
    {
        var handler = new RecordingHandler(() => new HttpResponseMessage { Content = new StringContent("""{"outputs":[{"data":[0.5,0.5]}]}""") });

        var result = await new InferenceClient(handler.Client()).InferAsync(Model, [1, 2], new[] { 1f, 2f }, CancellationToken.None);

        CollectionAssert.AreEqual(new[] { 0.5f, 0.5f }, result.Values);
    }

    [TestMethod]
    public async Task A_refusal_says_why()
    {
        var handler = new RecordingHandler(() => new HttpResponseMessage(HttpStatusCode.BadRequest) { Content = new StringContent("""{"error":"bad shape"}""") });

        var exception = await Assert.ThrowsExactlyAsync<CliException>(() => new InferenceClient(handler.Client()).InferAsync(Model, [1, 2], new[] { 1f }, CancellationToken.None));

        StringAssert.Contains(exception.Message, "bad shape");
    }

    private static HttpResponseMessage Binary(string header, params float[] values)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(header).Concat(values.SelectMany(BitConverter.GetBytes)).ToArray();
        var response = new HttpResponseMessage { Content = new ByteArrayContent(bytes) };
        response.Headers.Add("Inference-Header-Content-Length", header.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return response;
    }

    private sealed class RecordingHandler(Func<HttpResponseMessage> answer) : HttpMessageHandler
    {
        public string? Path { get; private set; }

        public byte[]? Body { get; private set; }

        public int HeaderLength { get; private set; }

        public HttpClient Client() => new(this) { BaseAddress = new Uri("http://host/") };

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Path = request.RequestUri!.AbsolutePath;
            Body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
            HeaderLength = int.Parse(request.Content.Headers.GetValues("Inference-Header-Content-Length").Single(), System.Globalization.CultureInfo.InvariantCulture);
            return answer();
        }
    }
}
