using System.Globalization;
using System.Runtime.InteropServices;
using DurableMl.Registry;

namespace Serving.Tests;

/// <summary>A network too large for one server: each holds some of its layers.</summary>
[TestClass]
public sealed class LayersTests
{
    [TestMethod]
    public async Task Layers_on_two_servers_chained_by_their_caller_answer_as_the_whole_network()
    {
        string network = "layers-" + Guid.NewGuid().ToString("N");
        var registry = new ModelRegistry(await Server.BlobsAsync(), TimeProvider.System);
        await PublishAsync(registry, network, new OnnxModel().Node("Add", ["x", "c"], ["h"]).Initializer("c", [1], [1]).Node("MatMul", ["h", "w"], ["scores"]).Initializer("w", [2, 2], [1, 2, 3, 4])
            .Input("x", OnnxModel.Float, "batch", 2).Output("scores", OnnxModel.Float, "batch", 2).ToArray());
        await PublishAsync(registry, network + "-front", OnnxModel.Add(1, width: 2));
        await PublishAsync(registry, network + "-back", OnnxModel.Linear(new float[,] { { 1, 2 }, { 3, 4 } }));
        await using Server front = await Server.StartAsync();
        await using Server back = await Server.StartAsync();
        byte[] rows = MemoryMarshal.AsBytes<float>([5f, 6f, 7f, 8f]).ToArray();

        byte[] features = await InferAsync(front, network + "-front", rows);
        byte[] chained = await InferAsync(back, network + "-back", features);

        CollectionAssert.AreEqual(await InferAsync(back, network, rows), chained);
        CollectionAssert.AreEqual(new float[] { 27, 40, 35, 52 }, MemoryMarshal.Cast<byte, float>(chained).ToArray());
        string loaded = await front.Http.GetStringAsync(new Uri("metrics", UriKind.Relative));
        Assert.Contains($"model=\"{network}-front\"", loaded);
        Assert.DoesNotContain($"model=\"{network}-back\"", loaded, "each server holds its own layers only");
    }

    private static async Task PublishAsync(ModelRegistry registry, string model, byte[] onnx)
    {
        await registry.PublishAsync(new(model, new("test"), [ModelSource.FromBytes("model.onnx", onnx)]));
        await registry.SetAliasAsync(model, ModelAliases.Champion, "1");
    }

    // A header length of 0: the body is the tensor. What follows the answer's JSON is the next step's body as it is.
    private static async Task<byte[]> InferAsync(Server server, string model, byte[] tensor)
    {
        const string HeaderLength = "Inference-Header-Content-Length";
        using var content = new ByteArrayContent(tensor) { Headers = { { HeaderLength, "0" } } };
        using HttpResponseMessage response = await server.Http.PostAsync(new Uri($"v2/models/{model}/infer", UriKind.Relative), content);
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        Assert.IsTrue(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return body[int.Parse(response.Headers.GetValues(HeaderLength).Single(), CultureInfo.InvariantCulture)..];
    }
}
