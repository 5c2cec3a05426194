using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Cli.Commands;
using DurableMl.Cli.Hosting;
using DurableMl.Cli.Pipelines;
using EndToEnd.Tests.Fixtures;

namespace EndToEnd.Tests;

/// <summary>The example pipelines over tables, as they are, with the Batch emulator and the real PyTorch.</summary>
[TestClass]
public sealed class TableTests
{
    private static Up? up;

    private static Up Host => up!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        up = await SharedUp.GetAsync();
    }

    [TestMethod]
    [DataRow("penguins", "balanced_accuracy", 0.9)]
    [DataRow("cars", "r2", 0.7)]
    [DataRow("movies", "accuracy", 0.35)]
    public async Task A_table_becomes_a_published_model_that_takes_its_columns(string example, string metric, double least)
    {
        var data = Path.Combine(Repository.Root, ".durableml", "npm", "node_modules", "vega-datasets", "data", example + ".json");
        await Host.Blobs.GetBlobContainerClient("raw").GetBlobClient($"{example}/{example}.json").UploadAsync(data, overwrite: true);
        var pipeline = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "examples", example, "pipeline.json"));

        var ended = await Host.EndAsync(await Host.Pipelines.StartAsync(pipeline, example, CancellationToken.None));

        Assert.AreEqual("Completed", ended.RuntimeStatus, Host.Output);
        var result = ended.Result()!;
        Assert.AreEqual("published", result.State, JsonSerializer.Serialize(result.Failures));
        Assert.IsGreaterThanOrEqualTo(least, result.Evaluation!["metrics"].GetProperty(metric).GetDouble());
        Assert.AreEqual(example, result.Model!.Model);
        foreach (var (row, output, isRight) in Rows(example))
        {
            var answer = await InferAsync(example, row);
            var said = answer["outputs"]!.AsArray().Single(one => (string)one!["name"]! == output)!["data"]![0]!;
            Assert.IsTrue(isRight(said), answer.ToJsonString());
        }

        if (example == "penguins")
        {
            await AssertScoredAsync(data);
        }
    }

    // The file that was learned from, as new rows would be scored, against the server's own answers.
    private static async Task AssertScoredAsync(string data)
    {
        var said = new StringWriter();
        var request = new JsonObject { ["input"] = "raw/penguins/", ["output"] = "runs/scored-penguins/", ["format"] = "jsonl" };
        Assert.AreEqual(ExitCodes.Done, await ScoreCommand.RunAsync(new ApiConnection(Host.Http), TimeProvider.System, "penguins", request, detach: false, said, CancellationToken.None));

        var rows = JsonNode.Parse(await File.ReadAllTextAsync(data))!.AsArray();
        var blob = Host.Blobs.GetBlobContainerClient("runs").GetBlobClient("scored-penguins/penguins.json-predictions.jsonl");
        var lines = (await blob.DownloadContentAsync()).Value.Content.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.HasCount(rows.Count, lines, said.ToString());
        foreach (var row in (int[])[0, 3, 200])
        {
            var columns = rows[row]!.AsObject().Where(column => column.Key != "Species")
                .Select(column => new { name = column.Key, datatype = "BYTES", shape = new[] { 1 }, data = new[] { column.Value?.ToString() } });
            var outputs = (await InferAsync("penguins", columns))["outputs"]!.AsArray();
            var line = JsonNode.Parse(lines[row])!;
            Assert.AreEqual(row + 1, (int)line["row"]!);
            Assert.AreEqual((string)outputs.Single(output => (string)output!["name"]! == "label")!["data"]![0]!, (string)line["label"]!);
            var scores = outputs.Single(output => (string)output!["name"]! == "scores")!["data"]!.AsArray();
            foreach (var (expected, score) in scores.Zip(line["scores"]!.AsObject()))
            {
                Assert.AreEqual((double)expected!, (double)score.Value!, 1e-5, lines[row]);
            }
        }
    }

    [TestMethod]
    public async Task Images_in_folders_become_a_published_model_that_takes_image_files()
    {
        var folder = Path.Combine(Repository.Root, "examples", "mnist-images");
        using var images = new TemporaryFolder();
        using (var make = Process.Start(Repository.Python, [Path.Combine(folder, "make_folders.py"), RepositoryLayout.Find().MnistFolder, images.Path, "120"]))
        {
            await make.WaitForExitAsync();
            Assert.AreEqual(0, make.ExitCode);
        }

        var raw = Host.Blobs.GetBlobContainerClient("raw");
        await Parallel.ForEachAsync(Directory.EnumerateFiles(images.Path, "*.png", SearchOption.AllDirectories), async (file, token) =>
            await raw.GetBlobClient("mnist-images/" + Path.GetRelativePath(images.Path, file)).UploadAsync(file, overwrite: true, token));

        var ended = await Host.EndAsync(await Host.Pipelines.StartAsync(await File.ReadAllTextAsync(Path.Combine(folder, "pipeline.json")), "mnist-images", CancellationToken.None));

        Assert.AreEqual("Completed", ended.RuntimeStatus, Host.Output);
        var result = ended.Result()!;
        Assert.AreEqual("published", result.State, JsonSerializer.Serialize(result.Failures));
        Assert.IsGreaterThanOrEqualTo(0.8, result.Evaluation!["metrics"].GetProperty("accuracy").GetDouble());
        var files = Enumerable.Range(0, 10).Select(digit => Directory.EnumerateFiles(images[digit.ToString(CultureInfo.InvariantCulture)]).Min()!).ToList();
        var inputs = new[] { new { name = "image", datatype = "BYTES", shape = new[] { files.Count }, data = files.Select(file => Convert.ToBase64String(File.ReadAllBytes(file))) } };
        var labels = (await InferAsync("mnist-images", inputs))["outputs"]!.AsArray().Single(output => (string)output!["name"]! == "label")!["data"]!.AsArray();
        Assert.IsGreaterThanOrEqualTo(8, labels.Index().Count(label => (string)label.Item! == label.Index.ToString(CultureInfo.InvariantCulture)), labels.ToJsonString());
    }

    // As the raw data has them, with gaps.
    private static IEnumerable<(Dictionary<string, object?> Row, string Output, Predicate<JsonNode> IsRight)> Rows(string example) => example switch
    {
        "penguins" =>
        [
            (HeavyPenguin("MALE", 49.0), "label", said => (string)said! == "Gentoo"),
            (HeavyPenguin(null, null), "label", said => (string)said! == "Gentoo"),
        ],
        "cars" => [(ThirstyCar, "Miles_per_Gallon", said => said.GetValue<double>() is > 10 and < 25)],
        _ => [(SuperHero, "label", said => (string)said! is "Action" or "Adventure")],
    };

    private static Dictionary<string, object?> HeavyPenguin(string? sex, double? beak) => new()
    {
        ["Island"] = "Biscoe",
        ["Beak Length (mm)"] = beak,
        ["Beak Depth (mm)"] = 15.0,
        ["Flipper Length (mm)"] = 222.0,
        ["Body Mass (g)"] = 5500.0,
        ["Sex"] = sex,
    };

    private static Dictionary<string, object?> ThirstyCar => new()
    {
        ["Name"] = "ford galaxie 500",
        ["Cylinders"] = "8",
        ["Displacement"] = 429.0,
        ["Horsepower"] = null,
        ["Weight_in_lbs"] = 4341.0,
        ["Acceleration"] = 10.0,
        ["Year"] = "1970-01-01",
        ["Origin"] = "USA",
    };

    private static Dictionary<string, object?> SuperHero => new()
    {
        ["Title"] = "The Amazing Spider-Man Returns",
        ["Source"] = "Based on Comic/Graphic Novel",
        ["Creative Type"] = "Super Hero",
        ["MPAA Rating"] = "PG-13",
        ["Production Budget"] = 200_000_000.0,
        ["Running Time min"] = null,
    };

    private static Task<JsonNode> InferAsync(string model, Dictionary<string, object?> row) => InferAsync(
        model, row.Select(column => new { name = column.Key, datatype = column.Value is string ? "BYTES" : "FP64", shape = new[] { 1 }, data = new[] { column.Value } }));

    private static async Task<JsonNode> InferAsync(string model, object inputs)
    {
        using var response = await Host.Http.PostAsJsonAsync(new Uri($"v2/models/{model}/infer", UriKind.Relative), new { inputs });
        var answer = await response.Content.ReadAsStringAsync();
        Assert.AreEqual(HttpStatusCode.OK, response.StatusCode, answer);
        return JsonNode.Parse(answer)!;
    }
}
