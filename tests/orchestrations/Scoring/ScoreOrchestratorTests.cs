using System.Text.Json;
using Azure.Storage.Blobs;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Scoring;
using Microsoft.DurableTask.Client;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Scoring;

[TestClass]
public sealed class ScoreOrchestratorTests
{
    private int scored;

    [TestMethod]
    public async Task Every_shard_gets_predictions_and_the_summary_their_accuracy()
    {
        await using ScoringModels models = await ScoringModels.StartAsync();
        string set = await UploadAsync(models.Blobs, shards: 5);
        OrchestrationMetadata done = await RunAsync(models, $"datasets/{set}/part-", $"runs/{set}/out/", "npy", parallelism: 3);

        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, done.RuntimeStatus, done.FailureDetails?.ErrorMessage);
        ScoreSummary summary = done.ReadOutputAs<ScoreSummary>()!;
        Assert.AreEqual(5, summary.Shards);
        Assert.AreEqual(35, summary.Examples);
        Assert.AreEqual(30 / 35d, summary.Accuracy!.Value, 1e-9);
        byte[] file = (await models.Blobs.GetBlobContainerClient("runs").GetBlobClient($"{set}/out/part-00000-features-predictions.npy").DownloadContentAsync()).Value.Content.ToArray();
        CollectionAssert.AreEqual(new[] { 7, 2 }, NpyReader.Read<float>(file, "predictions").Shape.ToArray());
        Assert.IsTrue(await models.Blobs.GetBlobContainerClient("runs").GetBlobClient($"{set}/out/summary.json").ExistsAsync());
    }

    [TestMethod]
    public async Task The_result_is_the_same_whatever_the_parallelism_and_nothing_is_scored_twice()
    {
        await using ScoringModels models = await ScoringModels.StartAsync();
        string set = await UploadAsync(models.Blobs, shards: 6);
        await RunAsync(models, $"datasets/{set}/part-", $"runs/{set}/one/", "jsonl", parallelism: 1);
        await RunAsync(models, $"datasets/{set}/part-", $"runs/{set}/many/", "jsonl", parallelism: 6);
        int before = scored;
        await RunAsync(models, $"datasets/{set}/part-", $"runs/{set}/many/", "jsonl", parallelism: 2);

        BlobContainerClient runs = models.Blobs.GetBlobContainerClient("runs");
        for (int i = 0; i < 6; i++)
        {
            string one = (await runs.GetBlobClient($"{set}/one/part-{i:00000}-features-predictions.jsonl").DownloadContentAsync()).Value.Content.ToString();
            string many = (await runs.GetBlobClient($"{set}/many/part-{i:00000}-features-predictions.jsonl").DownloadContentAsync()).Value.Content.ToString();
            Assert.AreEqual(one, many);
            Assert.AreEqual("""{"index":0,"prediction":0,"scores":[1,0]}""", one.Split('\n')[0]);
        }

        Assert.AreEqual(12, before);
        Assert.AreEqual(12, scored, "shards scored before were scored again");
    }

    [TestMethod]
    public async Task Shards_in_a_folder_of_any_name_are_scored()
    {
        await using ScoringModels models = await ScoringModels.StartAsync();
        string set = await UploadAsync(models.Blobs, shards: 1, "/été 50% + x%20y");
        ScoreRequest? request = ScoreRequest.Read(JsonSerializer.SerializeToUtf8Bytes(new { input = $"datasets/{set}/", output = $"runs/{set}/" }), out var errors);
        Assert.IsNotNull(request, string.Join("; ", errors));

        OrchestrationMetadata done = await RunAsync(models, request.Input, request.Output!, "npy", 1);

        Assert.AreEqual(7, done.ReadOutputAs<ScoreSummary>()?.Examples, done.FailureDetails?.ErrorMessage);
        Assert.IsTrue(await models.Blobs.GetBlobContainerClient("runs").GetBlobClient($"{set}/part-00000-features-predictions.npy").ExistsAsync());
    }

    [TestMethod]
    public async Task A_prefix_without_shards_and_shards_that_do_not_fit_fail_with_the_reason()
    {
        await using ScoringModels models = await ScoringModels.StartAsync();
        string set = await UploadAsync(models.Blobs, shards: 1);
        await models.Blobs.GetBlobContainerClient("datasets").GetBlobClient($"{set}/wide-features.npy").UploadAsync(BinaryData.FromBytes(NpyWriter.Write<float>(new float[6], 2, 3)));

        OrchestrationMetadata nothing = await RunAsync(models, $"datasets/{set}/none-", $"runs/{set}/a/", "npy", 1);
        OrchestrationMetadata wide = await RunAsync(models, $"datasets/{set}/wide-", $"runs/{set}/b/", "npy", 1);

        Assert.AreEqual($"There is no .npy shard under datasets/{set}/none-.", nothing.FailureDetails!.ErrorMessage);
        StringAssert.StartsWith(wide.FailureDetails!.ErrorMessage, $"{set}/wide-features.npy: Rows of FP32 [2,3] do not fit");
    }

    [TestMethod]
    [DataRow("""{"input":"datasets/../models/x"}""", "$.input")]
    [DataRow("""{"input":"models/mnist/1/"}""", "$.input")]
    [DataRow("""{"input":"datasets"}""", "$.input")]
    [DataRow("""{"input":"datasets/x/","output":"datasets/x/"}""", "$.output")]
    [DataRow("""{"input":"datasets/x/","output":"runs/_index/x"}""", "$.output")]
    [DataRow("""{"input":"datasets/x/","format":"xlsx"}""", "$.format")]
    [DataRow("""{"input":"runs/x/part-","output":"runs/x/"}""", "$.output")]
    [DataRow("""{"input":"raw/x/","maxFailedItems":-1}""", "$.maxFailedItems")]
    [DataRow("""{"input":"raw/x/","threshold":2}""", "$.threshold")]
    [DataRow("""{"input":"datasets/x/","batch":0}""", "$.batch")]
    [DataRow("""{"input":"datasets/x/","parallelism":100000}""", "$.parallelism")]
    [DataRow("""{"input":7}""", "$.input")]
    [DataRow("""{"input":"datasets/x/","prediction":""}""", "$.prediction")]
    [DataRow("""{"input":"datasets/x/","fromat":"npy"}""", "$.fromat")]
    [DataRow("null", "$")]
    public void Requests_that_are_not_valid_are_refused_by_path(string json, string path)
    {
        Assert.IsNull(ScoreRequest.Read(System.Text.Encoding.UTF8.GetBytes(json), out var errors));
        Assert.AreEqual(path, errors[0].Path);
    }

    [TestMethod]
    [DataRow("value", """{"index":0,"prediction":3}""", false)]
    [DataRow("label", """{"index":0,"prediction":0,"scores":[1,0]}""", true)]
    [DataRow("map", """{"index":0,"prediction":0,"scores":{"0":1,"1":0}}""", true)]
    [DataRow("text", """{"index":0,"prediction":"ant"}""", false)]
    public async Task What_is_written_is_what_the_outputs_are(string kind, string line, bool hasAccuracy)
    {
        OnnxModel graph = new OnnxModel().Input("x", OnnxModel.Float, "batch", 2).Node("ArgMax", ["x"], ["label"], ("axis", 1), ("keepdims", 0));
        byte[] model = kind switch
        {
            "value" => OnnxModel.Linear(new float[,] { { 3 }, { 4 } }),
            "label" => graph.Node("Identity", ["x"], ["p"]).Output("label", 7, "batch").Output("p", OnnxModel.Float, "batch", 2).ToArray(),
            "map" => graph.MlNode("ZipMap", ["x"], ["p"], ("classlabels_int64s", new long[] { 0, 1 }))
                .Output("label", 7, "batch").Output("p", OnnxType.Sequence(OnnxType.Map(7, OnnxType.AnyTensor(OnnxModel.Float)))).ToArray(),
            _ => graph.MlNode("LabelEncoder", ["label"], ["name"], ("classes_strings", new[] { "ant", "bee" })).Output("name", 8, "batch").ToArray(),
        };
        await using ScoringModels models = await ScoringModels.StartAsync(model);
        string set = await UploadAsync(models.Blobs, shards: 1);
        OrchestrationMetadata done = await RunAsync(models, $"datasets/{set}/part-", $"runs/{set}/out/", "jsonl", parallelism: 1);

        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, done.RuntimeStatus, done.FailureDetails?.ErrorMessage);
        string lines = (await models.Blobs.GetBlobContainerClient("runs").GetBlobClient($"{set}/out/part-00000-features-predictions.jsonl").DownloadContentAsync()).Value.Content.ToString();
        Assert.AreEqual(line, lines.Split('\n')[0]);
        Assert.AreEqual(hasAccuracy ? 6 / 7d : null, done.ReadOutputAs<ScoreSummary>()!.Accuracy);
    }

    private Task<OrchestrationMetadata> RunAsync(ScoringModels models, string input, string output, string format, int parallelism)
    {
        return models.RunAsync(new ScoreRequest(input, output, Format: format, Batch: 3, Parallelism: parallelism), async i =>
        {
            BlobClient predictions = models.Blobs.GetBlobContainerClient("runs").GetBlobClient($"{i.Score.Output.Prefix}{Path.GetFileNameWithoutExtension(i.Shard)}-predictions.{(i.Score.Format == ScoreFormat.Npy ? "npy" : "jsonl")}");
            var before = await predictions.ExistsAsync() ? (await predictions.GetPropertiesAsync()).Value.ETag : default;
            ShardScore score = await new ScoreShard(models.Blobs, models.Scorer).RunAsync(i, default);
            if ((await predictions.GetPropertiesAsync()).Value.ETag != before)
            {
                Interlocked.Increment(ref scored);
            }

            return score;
        });
    }

    /// <summary>Shards of 7 examples in two classes; the last example of each carries the wrong label.</summary>
    private static async Task<string> UploadAsync(BlobServiceClient blobs, int shards, string folder = "")
    {
        string set = Storage.NewName("score") + folder;
        BlobContainerClient container = blobs.GetBlobContainerClient("datasets");
        await container.CreateIfNotExistsAsync();
        await blobs.GetBlobContainerClient("runs").CreateIfNotExistsAsync();
        for (int shard = 0; shard < shards; shard++)
        {
            float[] features = [.. Enumerable.Range(0, 7).SelectMany(i => i % 2 == 0 ? new float[] { 1, 0 } : [0, 1])];
            long[] labels = [.. Enumerable.Range(0, 7).Select(i => i == 6 ? 1L : i % 2)];
            await container.GetBlobClient($"{set}/part-{shard:00000}-features.npy").UploadAsync(BinaryData.FromBytes(NpyWriter.Write<float>(features, 7, 2)));
            await container.GetBlobClient($"{set}/part-{shard:00000}-labels.npy").UploadAsync(BinaryData.FromBytes(NpyWriter.Write<long>(labels, 7)));
        }

        return set;
    }
}
