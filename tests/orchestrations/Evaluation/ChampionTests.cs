using System.Text.Json;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.Features.Images;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using Microsoft.DurableTask.Client;
using Orchestrations.Tests.Fixtures;
using SkiaSharp;
using static Orchestrations.Tests.Fixtures.ScriptedTraining;

namespace Orchestrations.Tests.Evaluation;

/// <summary>A run whose model has to be as good as the champion, on examples that reach the champion as those did that it was trained on.</summary>
[TestClass]
public sealed class ChampionTests
{
    private static readonly EvaluationDefinition NotWorse = new([new EvaluationRule("accuracy", null, null, 0.05)]);

    [TestMethod]
    public async Task Arrays_reach_the_champion_with_the_mean_and_deviation_that_it_was_trained_with()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9));
        PipelineDefinition pipeline = hub.Pipeline() with { Evaluate = NotWorse };
        // The class is the row whose mean is about 1.7, as the bright one's is. With other figures that is a dark one's.
        hub.Model = Rows(model => model.Node("Sub", ["rows", "k"], ["difference"]).Initializer("k", [1], [1.7f]).Node("Abs", ["difference"], ["distance"]).Node("Neg", ["distance"], ["scores"]));
        RunOutput champion = Output(await hub.RunAsync(pipeline));
        byte[] faint = RawDataset.File("train-images-idx3-ubyte");
        for (int i = 16; i < faint.Length; i++)
        {
            faint[i] /= 4;
        }

        await hub.Raw.PutAsync("train-images-idx3-ubyte", faint);
        hub.Model = Rows(model => model.Node("Neg", ["rows"], ["scores"]));
        RunOutput worse = Output(await hub.RunAsync(pipeline));

        Assert.AreEqual((RunState.Published, 1.0), (champion.State, champion.Evaluation!.Accuracy), string.Join("; ", champion.Failures));
        Assert.AreEqual((RunState.Rejected, 0.0), (worse.State, worse.Evaluation!.Accuracy));
        Assert.IsNull(worse.Evaluation.Champion!.Problem);
        Assert.AreEqual(1, worse.Evaluation.Champion.Metrics["accuracy"]);
        Assert.Contains("is worse than the champion's 1 by more than evaluate's championTolerance, 0.05", worse.Failures.Single().Reason);
    }

    [TestMethod]
    public async Task Images_of_more_classes_are_told_apart_by_the_champion_as_far_as_it_knows_them()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9));
        PipelineDefinition pipeline = OfImages(hub, size: 4);
        await UploadAsync(hub, "dark", 20);
        await UploadAsync(hub, "light", 180);
        hub.Model = Mean([-1, 1]);
        RunOutput champion = Output(await hub.RunAsync(pipeline));
        // Its name comes first, so that the classes that the champion knows have other numbers.
        await UploadAsync(hub, "black", 0);
        hub.Model = Mean([0, -1, -2]);

        RunOutput worse = Output(await hub.RunAsync(pipeline));

        Assert.AreEqual((RunState.Published, 1.0), (champion.State, champion.Evaluation!.Accuracy), string.Join("; ", champion.Failures));
        Assert.IsNull(worse.Evaluation!.Champion!.Problem);
        Assert.AreEqual(RunState.Rejected, worse.State, JsonSerializer.Serialize(worse.Evaluation.Metrics));
        Assert.AreEqual(2 / 3.0, worse.Evaluation.Champion.Metrics["accuracy"], 1e-9);
    }

    [TestMethod]
    public async Task A_champion_of_images_of_another_size_is_no_measure_and_the_run_says_so()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9));
        PipelineDefinition pipeline = OfImages(hub, size: 2);
        await UploadAsync(hub, "dark", 20);
        await UploadAsync(hub, "light", 180);
        hub.Model = Mean([-1, 1]);
        await hub.RunAsync(pipeline);

        RunOutput other = Output(await hub.RunAsync(OfImages(hub, size: 3)));

        Assert.AreEqual(RunState.Rejected, other.State);
        Assert.Contains("it cannot be compared with the champion, version 1: it takes examples of shape [1, 2, 2], and the dataset has [1, 3, 3]", other.Failures.Single().Reason);
    }

    /// <summary>A pipeline of the images that are uploaded, grey and of so many pixels a side.</summary>
    private static PipelineDefinition OfImages(PipelineHub hub, int size) => hub.Pipeline() with
    {
        Dataset = new DatasetDefinition(hub.Raw.Name + "-i", "images", [new BlobSource($"raw/{hub.Raw.Name}-images/")], 2, 0.2, 1)
        {
            Images = new ImagesDefinition(new ImageForm(1, size, size, ImageFit.Crop), 0.2),
        },
        Evaluate = NotWorse,
    };

    private static RunOutput Output(OrchestrationMetadata run)
    {
        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, run.RuntimeStatus, run.FailureDetails?.ToString());
        return JsonSerializer.Deserialize<RunOutput>(run.SerializedOutput!, JsonBlobs.Options)!;
    }

    /// <summary>The scores of <see cref="RawDataset"/>'s four classes out of the means of the four rows.</summary>
    private static byte[] Rows(Func<OnnxModel, OnnxModel> score) => score(new OnnxModel().Opset(11).Node("ReduceMean", ["x"], ["rows"], ("axes", new long[] { 1, 3 }), ("keepdims", 0)))
        .Input("x", OnnxModel.Float, "batch", 1, RawDataset.Side, RawDataset.Side)
        .Output("scores", OnnxModel.Float, "batch", RawDataset.Classes)
        .ToArray();

    /// <summary>The score of each class is an image's mean times its weight.</summary>
    private static byte[] Mean(float[] weights) => new OnnxModel().Opset(11)
        .Node("ReduceMean", ["x"], ["mean"], ("axes", new long[] { 2, 3 }), ("keepdims", 0))
        .Node("MatMul", ["mean", "w"], ["scores"])
        .Initializer("w", [1, weights.Length], weights)
        .Input("x", OnnxModel.Float, "batch", 1, "height", "width")
        .Output("scores", OnnxModel.Float, "batch", weights.Length)
        .ToArray();

    private static async Task UploadAsync(PipelineHub hub, string kind, byte brightness)
    {
        for (int i = 0; i < 20; i++)
        {
            using var bitmap = new SKBitmap(new SKImageInfo(4, 4, SKColorType.Rgba8888, SKAlphaType.Opaque));
            byte level = (byte)(brightness + i);
            bitmap.Erase(new SKColor(level, level, level));
            using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            await hub.Blobs.GetBlobContainerClient("raw").GetBlobClient($"{hub.Raw.Name}-images/{kind}/{i}.png").UploadAsync(BinaryData.FromBytes(data.ToArray()), overwrite: true);
        }
    }
}
