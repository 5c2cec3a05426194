using DurableMl.Features.Images;
using DurableMl.Orchestrations.Scoring;
using Microsoft.DurableTask.Client;
using Orchestrations.Tests.Fixtures;
using SkiaSharp;
using static Orchestrations.Tests.Scoring.ScoreTablesTests;

namespace Orchestrations.Tests.Scoring;

/// <summary>Scorings of image files, one example each.</summary>
[TestClass]
public sealed class ScoreImagesTests
{
    private static readonly ImageTransform Transform = new(ImageTransform.CurrentFormat, new ImageForm(1, 1, 2, ImageFit.Stretch), new Normalisation(0, 1), ["left", "right"]);

    private static readonly byte[] Network = new OnnxModel().Node("Flatten", ["x"], ["logits"]).Input("x", 1, "batch", 1, 1, 2).Output("logits", 1, "batch", 2).ToArray();

    [TestMethod]
    public async Task Images_of_folders_are_scored_pack_by_pack_and_labels_are_not()
    {
        await using ScoringModels models = await ScoringModels.StartAsync(Network, Transform.ToUtf8());
        string set = Storage.NewName("score");
        await UploadAsync(
            models, set, ("labels.csv", "name,label\na.png,left\n"u8.ToArray()), ("a.png", Png(200, 0)), ("b/c.PNG", Png(0, 200)), ("b/d.png", Png(250, 10)), ("b/e.png", "no image"u8.ToArray()),
            ("f.png", Png(0, 9)), ("g.txt", [1]));
        ScoreRequest request = new($"raw/{set}/", $"runs/{set}/") { MaxFailedItems = 1 };

        OrchestrationMetadata done = await models.RunAsync(request, packImages: 2);

        ScoreSummary summary = done.ReadOutputAs<ScoreSummary>() ?? throw new InvalidOperationException(done.FailureDetails?.ErrorMessage);
        Assert.AreEqual((3, 4L, 1L, 1L), (summary.Shards, summary.Examples, summary.Failed, summary.Skipped));
        string[] predictions = await PredictionsAsync(models, set);
        Assert.HasCount(3, predictions);
        string[] lines = [.. predictions.SelectMany(file => file.Split('\n', StringSplitOptions.RemoveEmptyEntries))];
        Assert.AreEqual(3, lines.Count(line => line == "file,label,scores.left,scores.right"));
        CollectionAssert.AreEquivalent(
            new[] { $"raw/{set}/a.png,left", $"raw/{set}/b/c.PNG,right", $"raw/{set}/b/d.png,left", $"raw/{set}/f.png,right" },
            lines.Where(line => line.StartsWith("raw/", StringComparison.Ordinal)).Select(line => string.Join(',', line.Split(',')[..2])).ToArray());
        Assert.AreEqual($"raw/{set}/b/e.png", summary.Causes!.Single().First);
    }

    [TestMethod]
    public async Task Predictions_of_packs_that_there_are_no_more_go_away()
    {
        await using ScoringModels models = await ScoringModels.StartAsync(Network, Transform.ToUtf8());
        string set = Storage.NewName("score");
        await UploadAsync(models, set, ("a.png", Png(200, 0)), ("b.png", Png(0, 200)), ("c.png", Png(0, 200)));
        ScoreRequest request = new($"raw/{set}/", $"runs/{set}/out/");
        await models.RunAsync(request, packImages: 1);
        await models.Blobs.GetBlobContainerClient("raw").DeleteBlobAsync($"{set}/a.png");

        ScoreSummary again = (await models.RunAsync(request, packImages: 1)).ReadOutputAs<ScoreSummary>()!;

        Assert.AreEqual((2, 2L), (again.Shards, again.Examples));
        CollectionAssert.AreEqual(
            new[] { $"raw/{set}/b.png", $"raw/{set}/c.png" }, (await PredictionsAsync(models, set + "/out")).Select(file => file.Split('\n')[1].Split(',')[0]).ToArray());
    }

    private static async Task<string[]> PredictionsAsync(ScoringModels models, string folder)
    {
        var files = new List<string>();
        await foreach (var blob in models.Blobs.GetBlobContainerClient("runs").GetBlobsAsync(Azure.Storage.Blobs.Models.BlobTraits.None, Azure.Storage.Blobs.Models.BlobStates.None, folder + "/", default))
        {
            if (blob.Name.EndsWith("-predictions.csv", StringComparison.Ordinal))
            {
                files.Add(await ReadAsync(models, blob.Name));
            }
        }

        return [.. files];
    }

    private static byte[] Png(byte left, byte right)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(2, 1, SKColorType.Rgba8888, SKAlphaType.Opaque));
        bitmap.SetPixel(0, 0, new SKColor(left, left, left));
        bitmap.SetPixel(1, 0, new SKColor(right, right, right));
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
