using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs.Models;
using DurableMl.Inference.Serving;
using DurableMl.Registry;
using static Inference.Tests.InferClient;

namespace Inference.Tests.Serving;

/// <summary>What a version's serving options have kept of its requests: the request log, and figures against the training data.</summary>
[TestClass]
public sealed class ObservationTests(TestContext context)
{
    private CancellationToken Token => context.CancellationToken;

    [TestMethod]
    public async Task Requests_that_are_drawn_are_logged_with_their_answers_and_no_others()
    {
        await using InferenceHost host = await InferenceHost.StartAsync();
        await host.PublishAsync("logged", OnnxModel.Add(1), serving: new() { LogPercent = 100 });
        await host.PublishAsync("quiet", OnnxModel.Add(1));
        foreach (string model in (string[])["logged", "quiet", "logged"])
        {
            Assert.AreEqual(200, (await host.Client.PostJsonAsync($"v2/models/{model}/infer", Request("x", "FP32", [1, 4], "[1,2,3,4]", ""","id":"a" """))).Status);
        }

        await host.Service<RequestLog>().StopAsync(Token);

        List<BlobItem> logs = await host.Container.GetBlobsAsync(cancellationToken: Token).Where(blob => blob.Name.Contains("/requests/", StringComparison.Ordinal)).ToListAsync(Token);
        StringAssert.StartsWith(logs.Single().Name, "logged/requests/1/");
        string[] lines = (await host.Container.GetBlobClient(logs[0].Name).DownloadContentAsync(Token)).Value.Content.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.HasCount(2, lines, "the warm-up is none");
        JsonNode line = JsonNode.Parse(lines[0])!;
        Assert.AreEqual("a", (string)line["id"]!);
        CollectionAssert.AreEqual(Bytes(1f, 2f, 3f, 4f), Convert.FromBase64String((string)line["inputs"]![0]!["base64"]!));
        CollectionAssert.AreEqual(Bytes(2f, 3f, 4f, 5f), Convert.FromBase64String((string)line["outputs"]![0]!["base64"]!));
    }

    [TestMethod]
    public async Task Figures_of_the_inputs_are_told_beside_those_of_the_evaluation()
    {
        await using InferenceHost host = await InferenceHost.StartAsync();
        await host.Registry.PublishAsync(new("m", new("run"), [ModelSource.FromBytes("model.onnx", OnnxModel.Add(1))])
        {
            Statistics = new(100, [0, 10, 5, 1], [1, 2, 5, 0]), Serving = new() { Drift = true },
        });
        for (int i = 0; i < 2; i++)
        {
            Assert.AreEqual(200, (await host.Client.PostJsonAsync("v2/models/m/versions/1/infer", Request("x", "FP32", [2, 4], "[0,14,5,1,0,16,5,1]"))).Status);
        }

        var (status, drift) = await host.Client.GetJsonAsync("api/models/m/versions/1/drift");

        Assert.AreEqual(200, status, drift.ToJsonString());
        Assert.AreEqual("[0,2.5,0,0]", drift["shift"]!.ToJsonString());
        Assert.AreEqual((4, 15.0, 1.0), ((int)drift["seen"]!["examples"]!, (double)drift["seen"]!["mean"]![1]!, (double)drift["seen"]!["standardDeviation"]![1]!));
    }

    [TestMethod]
    public async Task Without_being_asked_no_figures_are_kept()
    {
        await using InferenceHost host = await InferenceHost.StartAsync();
        await host.PublishAsync("m", OnnxModel.Add(1));
        var (status, body) = await host.Client.GetJsonAsync("api/models/m/versions/1/drift");

        Assert.AreEqual(409, status);
        Assert.Contains("{\"drift\":true}", (string)body["detail"]!);
    }

    [TestMethod]
    public void Features_have_figures_of_their_own_up_to_64_and_together_beyond()
    {
        var few = new FeatureTally();
        few.Add([1, 10, 3, float.NaN], 2);
        var many = new FeatureTally();
        many.Add([.. Enumerable.Range(0, 200).Select(i => i % 2 == 0 ? 1f : 3f)], 100);

        Assert.AreEqual("""{"Examples":2,"Mean":[2,10],"StandardDeviation":[1,0]}""", JsonSerializer.Serialize(few.Result()));
        Assert.AreEqual("""{"Examples":2,"Mean":[2],"StandardDeviation":[1]}""", JsonSerializer.Serialize(many.Result()));
        Assert.IsNull(new FeatureTally().Result());
    }
}
