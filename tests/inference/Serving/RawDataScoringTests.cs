using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using DurableMl.Features.Images;
using DurableMl.Features.Schemas;
using DurableMl.Features.Tables;
using DurableMl.Features.Transforms;
using DurableMl.Inference.Serving;
using DurableMl.Onnx;
using DurableMl.Registry;
using SkiaSharp;

namespace Inference.Tests.Serving;

/// <summary>Tables and image files, scored beside the server: what it says must be what the server answers.</summary>
[TestClass]
public sealed class RawDataScoringTests
{
    private static readonly FittedTransform Transform = new(
        FittedTransform.CurrentFormat, TableSchema.UsualMissing,
        [
            new FittedColumn("island", ColumnType.Categorical, ColumnEncoding.OneHot) { Categories = ["Biscoe", "Dream"], FillText = "Dream" },
            new FittedColumn("mass", ColumnType.Numeric, ColumnEncoding.Standardize) { Offset = 4200, Scale = 800, FillNumber = 4200 },
            new FittedColumn("tagged", ColumnType.Boolean, ColumnEncoding.None) { Required = true },
        ],
        LearningTask.Classification, [new FittedTarget("species", ["Adelie", "Gentoo"])]);

    private static readonly ImageTransform Images = new(
        ImageTransform.CurrentFormat, new ImageForm(1, 2, 2, ImageFit.Crop), new Normalisation(0.4, 0.3), ["ant", "bee", "cow", "dog"]);

    private static readonly float[,] Weights = { { 0.7f, -0.2f }, { -0.4f, 0.9f }, { -1.3f, 0.6f }, { 0.25f, 0.1f } };

    // An island that training has not seen, and values that are not known.
    private static readonly (string? Island, string? Mass, string Tagged)[] Rows =
        [("Biscoe", "3750.5", "yes"), ("Dream", null, "no"), (null, "5000", "no"), ("Torgersen", "6100", "yes"), ("Biscoe", "2900", "no")];

    private static InferenceHost host = null!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        host = await InferenceHost.StartAsync();
        await PublishAsync("penguins", Transform.ToUtf8(), OnnxModel.Linear(Weights));
        await PublishAsync("tags", (Transform with { Task = LearningTask.MultiLabel, LabelSeparator = "|", Targets = [new FittedTarget("tags", ["large", "tame"])] }).ToUtf8(), OnnxModel.Linear(Weights));
        await PublishAsync("sizes", (Transform with { Task = LearningTask.Regression, Targets = [new FittedTarget("beak", null, 0, 1), new FittedTarget("wing", null, 0, 1)] }).ToUtf8(), OnnxModel.Linear(Weights));
        await PublishAsync("pixels", Images.ToUtf8(), new OnnxModel().Node("Flatten", ["x"], ["y"]).Input("x", 1, "batch", 1, 2, 2).Output("y", 1, "batch", 4).ToArray());
        await host.PublishAsync("arrays", OnnxModel.Linear(Weights));
    }

    [ClassCleanup]
    public static async Task StopAsync() => await host.DisposeAsync();

    [TestMethod]
    [DataRow("penguins", 2)]
    [DataRow("penguins", 100)]
    [DataRow("tags", 3)]
    [DataRow("sizes", 3)]
    public async Task Rows_of_a_table_are_scored_as_requests_for_them_are_answered(string model, int batch)
    {
        string csv = "tagged,comment,mass,island\n" + string.Concat(Rows.Select(row => $"{row.Tagged},\"a, b\",{row.Mass},{row.Island ?? "NA"}\n"));
        string lines = string.Concat(Rows.Select(row => new JsonObject { ["island"] = row.Island, ["mass"] = row.Mass is null ? null : double.Parse(row.Mass, CultureInfo.InvariantCulture), ["tagged"] = row.Tagged }.ToJsonString() + "\n"));
        JsonArray answer = await InferAsync(model, new JsonArray(
            Column("island", Rows.Select(row => row.Island)), Column("mass", Rows.Select(row => row.Mass)), Column("tagged", Rows.Select(row => row.Tagged))));

        foreach ((string name, string content) in ((string, string)[])[("a.csv", csv), ("a.jsonl", lines)])
        {
            ScoredRows scored = await ScoreAsync(model, name, content, batch);

            CollectionAssert.AreEqual(new long[] { 1, 2, 3, 4, 5 }, scored.Rows.ToArray(), name);
            Assert.HasCount(answer.Count, scored.Outputs);
            foreach ((JsonNode? expected, ScoredOutput output) in answer.Zip(scored.Outputs))
            {
                Assert.AreEqual((string)expected!["name"]!, output.Name);
                AssertEqual(expected["data"]!.AsArray(), output);
            }
        }
    }

    [TestMethod]
    public async Task Image_files_are_scored_as_requests_for_them_are_answered_and_what_is_none_is_left_out()
    {
        byte[][] files = [Png(2, 2, 10), Png(7, 5, 90), Png(4, 4, 160)];
        JsonArray answer = await InferAsync("pixels", new JsonArray(Column("image", files.Select(file => (string?)Convert.ToBase64String(file)))));

        List<ScoredRows> parts = await ToListAsync(Scorer.ScoreImagesAsync(
            "pixels", "1", SourcesAsync(("a.png", files[0]), ("b.png", "no image"u8.ToArray()), ("c.png", files[1]), ("d.png", files[2])), new ScoreOptions(2)));

        CollectionAssert.AreEqual(new long[] { 1, 3, 4 }, parts.SelectMany(part => part.Rows).ToArray());
        FaultyRow fault = parts.SelectMany(part => part.Faults).Single();
        Assert.AreEqual((2, "b.png"), (fault.Row, fault.Place));
        Assert.StartsWith("is not a JPEG, PNG, BMP, GIF or WebP image", fault.Text);
        foreach ((int i, JsonNode? expected) in answer.Index())
        {
            AssertEqual(expected!["data"]!.AsArray(), new ScoredOutput("", [.. parts.SelectMany(part => part.Outputs[i].Texts)], [.. parts.SelectMany(part => part.Outputs[i].Numbers)]));
        }
    }

    [TestMethod]
    public async Task Rows_without_a_value_that_the_model_needs_or_with_one_of_another_type_are_left_out()
    {
        ScoredRows scored = await ScoreAsync("penguins", "a.csv", "island,mass,tagged\nDream,1,\nDream,heavy,yes\nDream,2,no\n", 100);

        CollectionAssert.AreEqual(new long[] { 3 }, scored.Rows.ToArray());
        Assert.HasCount(1, scored.Outputs[0].Texts);
        CollectionAssert.AreEquivalent(
            new[] { "1 column 'tagged' has no value, and the model takes no row without one", "2 column 'mass' should hold a finite number, not 'heavy'" },
            scored.Faults.Select(fault => $"{fault.Row} {fault.Text}").ToArray());
    }

    [TestMethod]
    public async Task A_table_without_a_column_of_the_model_is_refused_with_those_that_it_has()
    {
        TableFormatException e = await Assert.ThrowsExactlyAsync<TableFormatException>(() => ScoreAsync("penguins", "a.csv", "island,mass\nDream,1\n", 1));

        Assert.AreEqual("a.csv: has no column 'tagged'; it has 'island', 'mass'", e.Message);
    }

    [TestMethod]
    public async Task The_threshold_says_which_of_several_labels_are_answered()
    {
        string csv = "island,mass,tagged\nBiscoe,3750.5,yes\n";
        ScoredRows all = (await ToListAsync(Scorer.ScoreTableAsync("tags", "1", Source("a.csv", csv), new ScoreOptions(1, 0)))).Single();
        ScoredRows none = (await ToListAsync(Scorer.ScoreTableAsync("tags", "1", Source("a.csv", csv), new ScoreOptions(1, 1)))).Single();

        Assert.AreEqual(("large|tame", ""), (all.Outputs[0].Texts[0], none.Outputs[0].Texts[0]));
    }

    [TestMethod]
    [DataRow("arrays", "takes no tables")]
    [DataRow("pixels", "takes no tables")]
    public async Task A_model_that_was_not_trained_on_columns_takes_no_tables(string model, string refusal)
    {
        InvalidModelException e = await Assert.ThrowsExactlyAsync<InvalidModelException>(() => ScoreAsync(model, "a.csv", "x\n1\n", 1));

        Assert.Contains(refusal, e.Message);
        Assert.AreEqual(model == "arrays", await Scorer.SignatureAsync(model, "1") is null);
    }

    private static BatchScorer Scorer => host.Service<BatchScorer>();

    private static TableSource Source(string name, string content) =>
        new(name, TableFileType.Of(name)!.Value, new MemoryStream(Encoding.UTF8.GetBytes(content), writable: false));

    private static async Task<ScoredRows> ScoreAsync(string model, string name, string content, int batch) =>
        (await ToListAsync(Scorer.ScoreTableAsync(model, "1", Source(name, content), new ScoreOptions(batch)))).Single();

    private static async Task<List<T>> ToListAsync<T>(IAsyncEnumerable<T> items)
    {
        var list = new List<T>();
        await foreach (T item in items)
        {
            list.Add(item);
        }

        return list;
    }

    private static async IAsyncEnumerable<ImageSource> SourcesAsync(params (string Name, byte[] Content)[] files)
    {
        foreach ((string name, byte[] content) in files)
        {
            await Task.Yield();
            yield return new ImageSource(name, content);
        }
    }

    private static void AssertEqual(JsonArray expected, ScoredOutput output)
    {
        if (output.Texts.Count > 0)
        {
            CollectionAssert.AreEqual(expected.Select(text => (string)text!).ToArray(), output.Texts.ToArray());
            return;
        }

        Assert.HasCount(expected.Count, output.Numbers);
        foreach ((JsonNode? number, float scored) in expected.Zip(output.Numbers))
        {
            // How many rows share a run may move the last bit.
            Assert.AreEqual(number!.GetValue<float>(), scored, 1e-6f);
        }
    }

    private static JsonObject Column(string name, IEnumerable<string?> values)
    {
        JsonArray data = [.. values.Select(value => (JsonNode?)value)];
        return new JsonObject { ["name"] = name, ["datatype"] = "BYTES", ["shape"] = new JsonArray(data.Count), ["data"] = data };
    }

    private static async Task<JsonArray> InferAsync(string model, JsonArray inputs)
    {
        using var body = new StringContent(new JsonObject { ["inputs"] = inputs }.ToJsonString(), Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await host.Client.PostAsync(new Uri($"v2/models/{model}/infer", UriKind.Relative), body);
        string answer = await response.Content.ReadAsStringAsync();
        Assert.AreEqual(HttpStatusCode.OK, response.StatusCode, answer);
        return JsonNode.Parse(answer)!["outputs"]!.AsArray();
    }

    private static async Task PublishAsync(string model, byte[] transform, byte[] network)
    {
        ModelManifest version = await host.Registry.PublishAsync(new ModelPublication(
            model, new ModelLineage(Guid.NewGuid().ToString()), [ModelSource.FromBytes("model.onnx", network), ModelSource.FromBytes("transform.json", transform)])
        {
            Transform = "transform.json",
        });
        await host.Registry.SetAliasAsync(model, "champion", version.Version);
    }

    private static byte[] Png(int width, int height, byte brightness)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                bitmap.SetPixel(x, y, new SKColor((byte)(brightness + (x * 9)), brightness, (byte)(brightness + (y * 7))));
            }
        }

        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
