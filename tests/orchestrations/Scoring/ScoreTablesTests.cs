using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Azure;
using Azure.Storage.Blobs;
using DurableMl.Features.Schemas;
using DurableMl.Features.Transforms;
using DurableMl.Orchestrations.Scoring;
using Microsoft.DurableTask.Client;
using Orchestrations.Tests.Fixtures;
using Parquet;
using Parquet.Schema;

namespace Orchestrations.Tests.Scoring;

/// <summary>Scorings of tables, in every format that training reads.</summary>
[TestClass]
public sealed class ScoreTablesTests
{
    // The scores are those of the logits (mass, 1 for Dream).
    private static readonly FittedTransform Penguins = new(
        FittedTransform.CurrentFormat, TableSchema.UsualMissing,
        [
            new FittedColumn("mass", ColumnType.Numeric, ColumnEncoding.None) { FillNumber = 0 },
            new FittedColumn("island", ColumnType.Categorical, ColumnEncoding.OneHot) { Categories = ["Dream"] },
        ],
        LearningTask.Classification, [new FittedTarget("species", ["Adelie", "Gentoo"])]);

    private static Task<ScoringModels> PenguinsAsync() => ScoringModels.StartAsync(transform: Penguins.ToUtf8());

    [TestMethod]
    public async Task Every_format_of_a_table_gives_the_same_predictions()
    {
        await using ScoringModels models = await PenguinsAsync();
        string set = Storage.NewName("score");
        const string Csv = "island,mass\nDream,0.5\nBiscoe,3\nDream,NA\n";
        await UploadAsync(
            models, set, ("a.csv", Encoding.UTF8.GetBytes(Csv)), ("b.tsv.gz", Zip(Csv.Replace(',', '\t'))),
            ("c/d.json", """[{"island":"Dream","mass":0.5},{"island":"Biscoe","mass":3},{"island":"Dream","mass":null}]"""u8.ToArray()),
            ("e.ndjson", "{\"island\":\"Dream\",\"mass\":0.5}\n{\"island\":\"Biscoe\",\"mass\":\"3\"}\n{\"island\":\"Dream\"}\n"u8.ToArray()),
            ("f.parquet", await ParquetAsync(("Dream", 0.5), ("Biscoe", 3), ("Dream", null))),
            ("pipeline.json", "{}"u8.ToArray()), ("notes.txt", "none"u8.ToArray()));

        OrchestrationMetadata done = await models.RunAsync(new ScoreRequest($"raw/{set}/", $"runs/{set}/"));

        ScoreSummary summary = done.ReadOutputAs<ScoreSummary>() ?? throw new InvalidOperationException(done.FailureDetails?.ErrorMessage);
        Assert.AreEqual((5, 15L, 0L, 1L), (summary.Shards, summary.Examples, summary.Failed, summary.Skipped));
        foreach (string file in (string[])["a.csv", "b.tsv.gz", "c/d.json", "e.ndjson", "f.parquet"])
        {
            string[] lines = (await ReadAsync(models, $"{set}/{file}-predictions.csv")).Split('\n');
            CollectionAssert.AreEqual(
                new[] { "file,row,label,scores.Adelie,scores.Gentoo", Line(file, 1, 0.5f, 1), Line(file, 2, 3, 0), Line(file, 3, 0, 1), "" }, lines, string.Join('\n', lines));
        }

        string Line(string file, int row, float mass, float dream)
        {
            (float adelie, float gentoo) = Softmax(mass, dream);
            return string.Create(CultureInfo.InvariantCulture, $"raw/{set}/{file},{row},{(mass >= dream ? "Adelie" : "Gentoo")},{adelie:R},{gentoo:R}");
        }
    }

    [TestMethod]
    public async Task JSON_lines_hold_a_regressions_targets_and_several_labels_by_name()
    {
        FittedTransform sizes = Penguins with { Task = LearningTask.Regression, Targets = [new FittedTarget("beak", null, 0, 1), new FittedTarget("wing, left", null, 0, 1)] };
        FittedTransform tags = Penguins with { Task = LearningTask.MultiLabel, LabelSeparator = "|", Targets = [new FittedTarget("tags", ["large", "tame"])] };

        Assert.AreEqual(
            """{"file":"FILE","row":1,"predictions":{"beak":2,"wing, left":1}}""", await FirstLineAsync(sizes, "jsonl", skip: 0));
        Assert.AreEqual("FILE,1,2,1", await FirstLineAsync(sizes, "csv", skip: 1));
        Assert.AreEqual("""file,row,predictions.beak,"predictions.wing, left" """.TrimEnd(), await FirstLineAsync(sizes, "csv", skip: 0));
        JsonNode labels = JsonNode.Parse(await FirstLineAsync(tags, "jsonl", skip: 0))!;
        Assert.AreEqual("large|tame", (string)labels["labels"]!);
        Assert.AreEqual(1 / (1 + Math.Exp(-2)), (double)labels["scores"]!["large"]!, 1e-6, labels.ToJsonString());
    }

    [TestMethod]
    public async Task Rows_and_files_that_cannot_be_scored_are_left_out_up_to_a_number_and_listed()
    {
        await using ScoringModels models = await PenguinsAsync();
        string set = Storage.NewName("score");
        await UploadAsync(
            models, set, ("a.csv", "island,mass\nDream,1\nDream,heavy\nDream,2,3\nDream,4\n"u8.ToArray()), ("b.csv", "island,weight\nDream,1\n"u8.ToArray()),
            ("c.jsonl", "{\"island\":\"Dream\",\"mass\":\"huge\"}\n"u8.ToArray()));
        ScoreRequest request = new($"raw/{set}/", $"runs/{set}/");

        OrchestrationMetadata done = await models.RunAsync(request with { MaxFailedItems = 4 });
        OrchestrationMetadata strict = await models.RunAsync(request with { MaxFailedItems = 3 });

        ScoreSummary summary = done.ReadOutputAs<ScoreSummary>() ?? throw new InvalidOperationException(done.FailureDetails?.ErrorMessage);
        Assert.AreEqual((3, 2L, 4L), (summary.Shards, summary.Examples, summary.Failed));
        Assert.AreEqual(("column 'mass' should hold a finite number", 2L, $"raw/{set}/a.csv, line 3: 'heavy'"), (summary.Causes![0].Reason, summary.Causes[0].Count, summary.Causes[0].First));
        Assert.AreEqual(
            $$"""[{"file":"raw/{{set}}/a.csv","row":2,"reason":"column 'mass' should hold a finite number, not 'heavy'"},{"file":"raw/{{set}}/a.csv","row":3,"reason":"has 3 values for 2 columns; is a quotation mark open, or a separator not quoted?"}]""",
            await ReadAsync(models, $"{set}/a.csv-failed.json"));
        Assert.AreEqual($$"""[{"file":"raw/{{set}}/b.csv","reason":"has no column 'mass'; it has 'island', 'weight'"}]""", await ReadAsync(models, $"{set}/b.csv-failed.json"));
        Assert.AreEqual("file,row,label,scores.Adelie,scores.Gentoo\n", await ReadAsync(models, $"{set}/b.csv-predictions.csv"));
        StringAssert.StartsWith((await ReadAsync(models, $"{set}/a.csv-predictions.csv")).Split('\n')[2], $"raw/{set}/a.csv,4,Adelie,");
        Assert.StartsWith("4 rows or files cannot be scored, and maxFailedItems allows 3: 2 × column 'mass' should hold a finite number, first at ", strict.FailureDetails!.ErrorMessage);
    }

    [TestMethod]
    public async Task Where_much_is_wrong_with_a_table_the_commonest_cause_is_said_and_not_the_first()
    {
        await using ScoringModels models = await PenguinsAsync();
        string set = Storage.NewName("score");
        await UploadAsync(models, set, ("a.csv", Encoding.UTF8.GetBytes("island,mass\nDream\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"Dream,{i}kg\n")))));

        OrchestrationMetadata failed = await models.RunAsync(new ScoreRequest($"raw/{set}/", $"runs/{set}/"));

        Assert.StartsWith("At least 201 rows or files cannot be scored, and maxFailedItems allows 0: 200 × column 'mass' should hold a finite number, first at ", failed.FailureDetails!.ErrorMessage);
        Assert.Contains($"raw/{set}/a.csv, line 3: '0kg'; 1 × has 1 values for 2 columns", failed.FailureDetails.ErrorMessage);
        await Assert.ThrowsExactlyAsync<RequestFailedException>(() => ReadAsync(models, $"{set}/a.csv-predictions.csv"), "nothing half is published");
    }

    [TestMethod]
    public async Task Only_tables_that_are_new_or_have_changed_are_scored_again()
    {
        await using ScoringModels models = await PenguinsAsync();
        string set = Storage.NewName("score");
        await UploadAsync(models, set, ("a.csv", "island,mass\nDream,1\n"u8.ToArray()), ("b.csv", "island,mass\nDream,2\n"u8.ToArray()));
        ScoreRequest request = new($"raw/{set}/", $"runs/{set}/out/", Format: "jsonl");
        await models.RunAsync(request);
        ETag a = await ETagAsync(models, $"{set}/out/a.csv-predictions.jsonl");
        ETag b = await ETagAsync(models, $"{set}/out/b.csv-predictions.jsonl");
        await UploadAsync(models, set, ("b.csv", "island,mass\nDream,3\nDream,4\n"u8.ToArray()), ("c.csv", "island,mass\nDream,5\n"u8.ToArray()));

        ScoreSummary again = (await models.RunAsync(request)).ReadOutputAs<ScoreSummary>()!;

        Assert.AreEqual((3, 4L), (again.Shards, again.Examples));
        Assert.AreEqual(a, await ETagAsync(models, $"{set}/out/a.csv-predictions.jsonl"));
        Assert.AreNotEqual(b, await ETagAsync(models, $"{set}/out/b.csv-predictions.jsonl"));
    }

    [TestMethod]
    public async Task A_model_of_arrays_says_why_it_cannot_take_a_table_and_a_format_what_it_is_for()
    {
        await using ScoringModels arrays = await ScoringModels.StartAsync();
        await using ScoringModels penguins = await PenguinsAsync();
        string set = Storage.NewName("score");
        await UploadAsync(arrays, set, ("a.csv", "island,mass\nDream,1\n"u8.ToArray()));

        OrchestrationMetadata withoutTransform = await arrays.RunAsync(new ScoreRequest($"raw/{set}/", $"runs/{set}/"));
        OrchestrationMetadata npy = await penguins.RunAsync(new ScoreRequest($"raw/{set}/", $"runs/{set}/", Format: "npy"));
        OrchestrationMetadata output = await penguins.RunAsync(new ScoreRequest($"raw/{set}/", $"runs/{set}/", Prediction: "y"));

        Assert.AreEqual(
            $"There is no .npy shard under raw/{set}/. raw/{set}/a.csv is none that version 1 of {arrays.Model} takes, which takes arrays alone: it carries no transform, as a model that was trained on tables or images here does.",
            withoutTransform.FailureDetails!.ErrorMessage);
        Assert.AreEqual($"{set}/a.csv cannot be scored with format npy: arrays take npy or jsonl, tables and images csv or jsonl.", npy.FailureDetails!.ErrorMessage);
        Assert.StartsWith($"{set}/a.csv cannot be scored with prediction 'y'", output.FailureDetails!.ErrorMessage);
    }

    private static async Task<string> FirstLineAsync(FittedTransform transform, string format, int skip)
    {
        await using ScoringModels models = await ScoringModels.StartAsync(transform: transform.ToUtf8());
        string set = Storage.NewName("score");
        await UploadAsync(models, set, ("a.csv", "island,mass\nDream,2\n"u8.ToArray()));
        OrchestrationMetadata done = await models.RunAsync(new ScoreRequest($"raw/{set}/", $"runs/{set}/", Format: format));
        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, done.RuntimeStatus, done.FailureDetails?.ErrorMessage);
        return (await ReadAsync(models, $"{set}/a.csv-predictions.{format}")).Split('\n')[skip].Replace($"raw/{set}/a.csv", "FILE", StringComparison.Ordinal);
    }

    private static (float First, float Second) Softmax(float first, float second)
    {
        float highest = Math.Max(first, second);
        double total = Math.Exp(first - highest) + Math.Exp(second - highest);
        return ((float)(Math.Exp(first - highest) / total), (float)(Math.Exp(second - highest) / total));
    }

    private static byte[] Zip(string text)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return zipped.ToArray();
    }

    private static async Task<byte[]> ParquetAsync(params (string Island, double? Mass)[] rows)
    {
        var schema = new ParquetSchema(new DataField<string>("island"), new DataField<double>("mass", nullable: true));
        using var file = new MemoryStream();
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(schema, file))
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAsync(schema.DataFields[0], Array.ConvertAll(rows, row => row.Island));
            await group.WriteAsync<double>(schema.DataFields[1], Array.ConvertAll(rows, row => row.Mass));
        }

        return file.ToArray();
    }

    internal static async Task UploadAsync(ScoringModels models, string set, params (string Name, byte[] Content)[] files)
    {
        BlobContainerClient raw = models.Blobs.GetBlobContainerClient("raw");
        await raw.CreateIfNotExistsAsync();
        await models.Blobs.GetBlobContainerClient("runs").CreateIfNotExistsAsync();
        foreach ((string name, byte[] content) in files)
        {
            await raw.GetBlobClient($"{set}/{name}").UploadAsync(BinaryData.FromBytes(content), overwrite: true);
        }
    }

    internal static async Task<string> ReadAsync(ScoringModels models, string blob) =>
        (await models.Blobs.GetBlobContainerClient("runs").GetBlobClient(blob).DownloadContentAsync()).Value.Content.ToString();

    private static async Task<ETag> ETagAsync(ScoringModels models, string blob) =>
        (await models.Blobs.GetBlobContainerClient("runs").GetBlobClient(blob).GetPropertiesAsync()).Value.ETag;
}
