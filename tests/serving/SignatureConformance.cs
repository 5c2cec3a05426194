using System.Globalization;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using DurableMl.Features.Images;
using DurableMl.Features.Schemas;
using DurableMl.Features.Transforms;
using DurableMl.Registry;

namespace Serving.Tests;

/// <summary>
/// What a model that was published with its transform answers to requests in the raw data's words: run over HTTP against both hosts, and over gRPC.
/// </summary>
public abstract class SignatureConformance
{
    // 2 x 2 pixels of gray: 10, 200, 30, 40.
    private const string Png = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAAAAABX3VL4AAAADklEQVR4nGPgOsEgpwEAA7wBGWP64SkAAAAASUVORK5CYII=";

    private static readonly double[] NotAsked = [];

    /// <summary>The account that the host serves from.</summary>
    protected abstract Task<BlobServiceClient> BlobsAsync();

    /// <summary>Sends a request.</summary>
    private protected abstract Task<Answer> AskAsync(Question question);

    /// <summary>The signature that a model's metadata show.</summary>
    protected abstract Task<JsonNode?> SignatureAsync(string model);

    [TestMethod]
    public async Task Columns_are_taken_by_name_with_values_missing_and_labels_come_back()
    {
        string model = await PublishTableAsync(LearningTask.Classification);

        Answer answer = await AskAsync(new(model, Islands("Biscoe", "Dream", null, "Atlantis"), Masses(5000.0, null, double.NaN, 4000.0)));

        Assert.IsNull(answer.Error);
        CollectionAssert.AreEqual(new[] { "Adelie", "Gentoo", "Adelie", "Adelie" }, answer.Texts["label"]);
        double[] adelie = [.. answer.Numbers["scores"].Where((_, i) => i % 2 == 0)];
        Assert.AreEqual(Sigmoid(2 - 1), adelie[0], 1e-6, "Biscoe speaks for Adelie by 2, a deviation of mass for Gentoo by 1");
        Assert.AreEqual(Sigmoid(-2), adelie[1], 1e-6, "the mean stands in for a mass that is not known");
        Assert.AreEqual((0.5, 0.5), (adelie[2], adelie[3]), "an island that is not known, or was never seen, says nothing");
    }

    [TestMethod]
    [DataRow("BYTES", "5000")]
    [DataRow("FP64", 5000.0)]
    [DataRow("FP32", 5000f)]
    [DataRow("INT32", 5000)]
    public async Task Any_datatype_does_that_holds_the_value(string datatype, object mass)
    {
        string model = await PublishTableAsync(LearningTask.Classification);

        Answer answer = await AskAsync(new(model, Islands("Biscoe"), new Values("mass", datatype, [1], mass)));

        Assert.AreEqual(Sigmoid(1), answer.Numbers["scores"][0], 1e-6);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task The_network_itself_is_asked_by_its_own_input(bool raw)
    {
        string model = await PublishTableAsync(LearningTask.Classification);

        Answer answer = await AskAsync(new(model, new Values("x", "FP32", [1, 3], 1f, 0f, 0.5f)) { Parameters = raw ? [("raw", true)] : [] });

        CollectionAssert.AreEqual(new[] { 2, 0.5 }, answer.Numbers["scores"]);
        Assert.IsFalse(answer.Texts.ContainsKey("label"));
    }

    [TestMethod]
    public async Task The_parameter_raw_makes_columns_inputs_that_the_network_does_not_have()
    {
        string model = await PublishTableAsync(LearningTask.Classification);

        Answer answer = await AskAsync(new(model, Islands("Biscoe"), Masses(5000.0)) { Parameters = [("raw", true)] });

        Assert.Contains("the model has no input 'island'", answer.Error!);
    }

    [TestMethod]
    public async Task Of_several_labels_the_threshold_chooses()
    {
        string model = await PublishTableAsync(LearningTask.MultiLabel);

        Answer usual = await AskAsync(new(model, Islands("Biscoe"), Masses(5000.0)));
        Answer careful = await AskAsync(new(model, Islands("Biscoe"), Masses(5000.0)) { Parameters = [("threshold", 0.8)] });

        Assert.AreEqual("Adelie;Gentoo", usual.Texts["labels"].Single());
        Assert.AreEqual("Adelie", careful.Texts["labels"].Single());
    }

    [TestMethod]
    public async Task Outputs_are_chosen_and_ranked()
    {
        string model = await PublishTableAsync(LearningTask.Classification);

        Answer label = await AskAsync(new(model, Islands("Dream"), Masses(4000.0)) { Output = "label" });
        Answer ranked = await AskAsync(new(model, Islands("Dream"), Masses(4000.0)) { Output = "scores", Classes = 1 });

        Assert.AreEqual("Gentoo", label.Texts["label"].Single());
        Assert.IsEmpty(label.Numbers.GetValueOrDefault("scores", NotAsked));
        Assert.EndsWith(":1", ranked.Texts["scores"].Single());
    }

    [TestMethod]
    public async Task What_is_wrong_is_named_in_the_same_words()
    {
        string model = await PublishTableAsync(LearningTask.MultiLabel);
        Values island = Islands("Biscoe");

        await RefusedAsync("inputs: the columns 'mass' are missing", new(model, island));
        await RefusedAsync("inputs, row 1: column 'mass' should hold a finite number, not 'heavy'", new(model, island, new Values("mass", "BYTES", [1], "heavy")));
        await RefusedAsync("inputs[1].shape: is [2]; every column needs [1]", new(model, island, Masses(1.0, 2.0)));
        await RefusedAsync("inputs[1].shape: is [1,2]; every column needs [1]", new(model, island, new Values("mass", "FP64", [1, 2], 1.0, 2.0)));
        await RefusedAsync("inputs[2].name: input 'mass' is given twice", new(model, island, Masses(1.0), Masses(1.0)));
        await RefusedAsync("outputs[0].name: a request by columns has no output 'x'", new(model, island, Masses(1.0)) { Output = "x" });
        await RefusedAsync("outputs[0].parameters.classification: is not a number of classes", new(model, island, Masses(1.0)) { Output = "scores", Classes = 0 });
        await RefusedAsync("parameters.threshold: must be a number from 0 to 1, not '2'", new(model, island, Masses(1.0)) { Parameters = [("threshold", 2)] });
        await RefusedAsync("parameters.timeout: is not a number of microseconds", new(model, island, Masses(1.0)) { Parameters = [("timeout", -1)] });
    }

    [TestMethod]
    public async Task Images_are_taken_as_files_and_as_pixels()
    {
        string model = await PublishImagesAsync();

        Answer ofFile = await AskAsync(new(model, new Values("image", "BYTES", [1], (object)Convert.FromBase64String(Png))));
        Answer ofPixels = await AskAsync(new(model, new Values("image", "UINT8", [1, 2, 2], (byte)10, (byte)200, (byte)30, (byte)40)));

        Assert.AreEqual("bee", ofFile.Texts["label"].Single());
        CollectionAssert.AreEqual(ofPixels.Numbers["scores"], ofFile.Numbers["scores"]);
        await RefusedAsync("inputs[0].data[0]: is not a JPEG, PNG, BMP, GIF or WebP image", new(model, new Values("image", "BYTES", [1], (object)"hello"u8.ToArray())));
        await RefusedAsync("inputs[0].shape: is [1,4] of UINT8; pixels are UINT8 of [n, 1, 2, 2]", new(model, new Values("image", "UINT8", [1, 4], (byte)1, (byte)2, (byte)3, (byte)4)));
    }

    [TestMethod]
    public async Task Metadata_show_the_signature()
    {
        JsonNode table = (await SignatureAsync(await PublishTableAsync(LearningTask.Classification)))!;
        JsonNode images = (await SignatureAsync(await PublishImagesAsync()))!;

        Assert.AreEqual("classification", (string)table["task"]!);
        Assert.AreEqual(
            "island categorical BYTES Biscoe,Dream; mass numeric FP64",
            string.Join("; ", table["columns"]!.AsArray().Select(column => string.Join(' ', (string)column!["name"]!, column["type"], column["datatype"], Listed(column["categories"])).Trim())));
        Assert.AreEqual("species Adelie,Gentoo", $"{table["targets"]![0]!["name"]} {Listed(table["targets"]![0]!["labels"])}");
        Assert.AreEqual("image 1 2 2 crop", string.Join(' ', images["image"]!.AsObject().Select(member => member.Value)));
        Assert.AreEqual("ant,bee,cow,dog", Listed(images["targets"]![0]!["labels"]));
    }

    /// <summary>A request for one model.</summary>
    private protected sealed record Question(string Model, params Values[] Inputs)
    {
        public (string Name, object Value)[] Parameters { get; init; } = [];

        public string? Output { get; init; }

        public int? Classes { get; init; }
    }

    /// <summary>One input: text, the bytes of a file, numbers, or null for what is not known.</summary>
    private protected sealed record Values(string Name, string Datatype, long[] Shape, params object?[] Data);

    /// <summary>The outputs by name, or what the caller is told is wrong with the request.</summary>
    private protected sealed record Answer(string? Error, Dictionary<string, string[]> Texts, Dictionary<string, double[]> Numbers);

    private static Values Islands(params string?[] islands) => new("island", "BYTES", [islands.Length], [.. islands]);

    private static Values Masses(params object?[] masses) => new("mass", "FP64", [masses.Length], masses);

    private static double Sigmoid(double logit) => 1 / (1 + Math.Exp(-logit));

    private static string Listed(JsonNode? texts) => string.Join(',', texts?.AsArray() ?? []);

    private async Task RefusedAsync(string error, Question question) => Assert.StartsWith(error, (await AskAsync(question)).Error ?? "nothing was wrong");

    private Task<string> PublishTableAsync(LearningTask task) => PublishAsync(
        new FittedTransform(
            FittedTransform.CurrentFormat,
            TableSchema.UsualMissing,
            [
                new FittedColumn("island", ColumnType.Categorical, ColumnEncoding.OneHot) { Categories = ["Biscoe", "Dream"] },
                new FittedColumn("mass", ColumnType.Numeric, ColumnEncoding.Standardize) { Offset = 4000, Scale = 1000, FillNumber = 4000 },
            ],
            task,
            [new FittedTarget("species", ["Adelie", "Gentoo"])])
        {
            LabelSeparator = task == LearningTask.MultiLabel ? ";" : null,
        }.ToUtf8(),
        OnnxModel.Linear(new float[,] { { 2, 0 }, { 0, 2 }, { 0, 1 } }));

    private Task<string> PublishImagesAsync() => PublishAsync(
        new ImageTransform(ImageTransform.CurrentFormat, new ImageForm(1, 2, 2, ImageFit.Crop), new Normalisation(0.4, 0.3), ["ant", "bee", "cow", "dog"]).ToUtf8(),
        new OnnxModel().Node("Flatten", ["x"], ["y"]).Input("x", OnnxModel.Float, "batch", 1, 2, 2).Output("y", OnnxModel.Float, "batch", 4).ToArray());

    private async Task<string> PublishAsync(byte[] transform, byte[] network)
    {
        string model = string.Create(CultureInfo.InvariantCulture, $"s-{Guid.NewGuid():N}")[..20];
        var registry = new ModelRegistry(await BlobsAsync(), TimeProvider.System);
        await registry.PublishAsync(new(model, new("run"), [ModelSource.FromBytes("model.onnx", network), ModelSource.FromBytes("transform.json", transform)]) { Transform = "transform.json" });
        await registry.SetAliasAsync(model, "champion", "1");
        return model;
    }
}
