using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Cli.Hosting;
using DurableMl.Cli.Pipelines;
using EndToEnd.Tests.Fixtures;

namespace EndToEnd.Tests;

/// <summary>The example pipelines over tables, as they are, with the Batch emulator and the real PyTorch.</summary>
[TestClass]
public sealed class TableTests
{
    private static TemporaryFolder? state;
    private static Up? up;

    private static Up Host => up!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        state = new TemporaryFolder();
        up = await Up.StartAsync(state.Path);
    }

    [ClassCleanup]
    public static async Task StopAsync()
    {
        if (up is not null)
        {
            await up.DisposeAsync();
        }

        state?.Dispose();
    }

    [TestMethod]
    [DataRow("penguins", "balanced_accuracy", 0.9)]
    [DataRow("cars", "r2", 0.7)]
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
        foreach (var (row, output) in Rows(example))
        {
            var answer = await InferAsync(example, row);
            var said = answer["outputs"]!.AsArray().Single(one => (string)one!["name"]! == output)!["data"]![0]!;
            Assert.IsTrue(example == "penguins" ? (string)said! == "Gentoo" : said.GetValue<double>() is > 10 and < 25, answer.ToJsonString());
        }
    }

    // As the raw data has them, with gaps; a heavy penguin of Biscoe, and a thirsty car.
    private static IEnumerable<(Dictionary<string, object?> Row, string Output)> Rows(string example) => example == "penguins"
        ?
        [
            (new() { ["Island"] = "Biscoe", ["Beak Length (mm)"] = 49.0, ["Beak Depth (mm)"] = 15.0, ["Flipper Length (mm)"] = 222.0, ["Body Mass (g)"] = 5500.0, ["Sex"] = "MALE" }, "label"),
            (new() { ["Island"] = "Biscoe", ["Beak Length (mm)"] = null, ["Beak Depth (mm)"] = 15.0, ["Flipper Length (mm)"] = 222.0, ["Body Mass (g)"] = 5500.0, ["Sex"] = null }, "label"),
        ]
        :
        [
            (new()
            {
                ["Name"] = "ford galaxie 500", ["Cylinders"] = "8", ["Displacement"] = 429.0, ["Horsepower"] = null, ["Weight_in_lbs"] = 4341.0, ["Acceleration"] = 10.0,
                ["Year"] = "1970-01-01", ["Origin"] = "USA",
            }, "Miles_per_Gallon"),
        ];

    private static async Task<JsonNode> InferAsync(string model, Dictionary<string, object?> row)
    {
        var inputs = row.Select(column => new { name = column.Key, datatype = column.Value is string ? "BYTES" : "FP64", shape = new[] { 1 }, data = new[] { column.Value } });
        using var response = await Host.Http.PostAsJsonAsync(new Uri($"v2/models/{model}/infer", UriKind.Relative), new { inputs });
        var answer = await response.Content.ReadAsStringAsync();
        Assert.AreEqual(HttpStatusCode.OK, response.StatusCode, answer);
        return JsonNode.Parse(answer)!;
    }
}
