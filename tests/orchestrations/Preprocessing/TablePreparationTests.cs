using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Features.Splits;
using DurableMl.Features.Tables;
using DurableMl.Features.Transforms;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing;
using Orchestrations.Tests.Fixtures;
using Parquet;
using Parquet.Schema;

namespace Orchestrations.Tests.Preprocessing;

[TestClass]
public class TablePreparationTests
{
    private readonly DatasetPreparation preparation = new();

    [TestMethod]
    public async Task Tables_of_several_formats_become_one_dataset_with_its_transform()
    {
        string name = await UploadAsync(
            ("a.csv", Csv(0, 100)), ("b.jsonl.gz", RawDataset.Zip(JsonLines(100, 200))), ("c.tsv", Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Csv(200, 300)).Replace(',', '\t'))),
            ("pipeline.json", "{}"u8.ToArray()));
        DatasetReference dataset = await preparation.PrepareAsync(Definition(name, """{"target": "kind"}"""));
        (DatasetManifest manifest, byte[] bytes) = await DatasetPreparation.ManifestAsync(dataset);

        Assert.AreEqual(dataset.Version, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        Assert.AreEqual(300, dataset.Examples);
        Assert.AreEqual(LearningTask.Classification, manifest.Task);
        Assert.AreEqual(2, manifest.Classes);
        CollectionAssert.AreEqual(new[] { "even", "odd" }, manifest.Targets![0].Labels!.ToArray());
        CollectionAssert.AreEqual(new[] { 1 + 3 }, manifest.FeatureShape.ToArray());
        CollectionAssert.AreEqual(new long[] { 105, 105 }, manifest.Splits["train"].ClassCounts.ToArray());
        CollectionAssert.AreEqual(new long[] { 22, 22 }, manifest.Splits["validation"].ClassCounts.ToArray());
        CollectionAssert.AreEqual(new long[] { 23, 23 }, manifest.Splits["test"].ClassCounts.ToArray());
        Assert.AreEqual(SplitBy.Stratified, manifest.Split.By);

        (float[] features, long[] labels) = await DatasetPreparation.ReadAsync<long>(dataset, manifest.Splits["train"]);
        float[] sizes = [.. features.Where((_, i) => i % 4 == 0)];
        Assert.AreEqual(0, sizes.Average(), 1e-5, "mean over the train split");
        Assert.AreEqual(1, sizes.Average(value => value * value), 1e-4, "variance over the train split");
        FittedTransform transform = FittedTransform.Parse(await DatasetPreparation.FileAsync(dataset, manifest.Transform!.File, manifest.Transform.Sha256));
        for (int row = 0; row < labels.Length; row++)
        {
            int number = (int)Math.Round((sizes[row] * transform.Features[0].Scale) + transform.Features[0].Offset);
            Assert.AreEqual(number % 2, labels[row], "the label of the row whose number it is");
            Assert.AreEqual(1, features[(row * 4) + 1 + (number % 3)], "its island, of three");
        }
    }

    [TestMethod]
    public async Task Parts_are_prepared_apart_and_no_row_is_lost_or_doubled_between_their_shards()
    {
        string name = await UploadAsync(("a.csv", Csv(0, 150)), ("b.csv.gz", RawDataset.Zip(Csv(150, 300))), ("c.jsonl", JsonLines(300, 400)), ("d.parquet", await ParquetAsync(400, 500)));
        var small = new DatasetPreparation { PartBytes = 1, ShardBytes = 30 * 4 * sizeof(float) };
        DatasetReference dataset = await small.PrepareAsync(Definition(name, """{"target": "kind"}"""));
        (DatasetManifest manifest, _) = await DatasetPreparation.ManifestAsync(dataset);

        Assert.AreEqual(4 + 1, small.ShardsWritten, "three files are a part each, and the two row groups of the fourth");
        Assert.IsGreaterThan(10, manifest.Splits["train"].Shards.Count);
        Assert.IsTrue(manifest.Splits.Values.SelectMany(split => split.Shards).All(shard => shard.Examples <= 30));
        CollectionAssert.AreEqual(new long[] { 175, 37, 38 }, manifest.Splits.Values.Select(split => split.ClassCounts[0]).ToArray());
        FittedTransform transform = FittedTransform.Parse(await DatasetPreparation.FileAsync(dataset, manifest.Transform!.File, manifest.Transform.Sha256));
        var numbers = new List<int>();
        foreach (DatasetSplit split in manifest.Splits.Values)
        {
            (float[] features, _) = await DatasetPreparation.ReadAsync<long>(dataset, split);
            numbers.AddRange(features.Where((_, i) => i % 4 == 0).Select(size => (int)Math.Round((size * transform.Features[0].Scale) + transform.Features[0].Offset)));
        }

        CollectionAssert.AreEqual(Enumerable.Range(0, 500).ToArray(), numbers.Order().ToArray());
    }

    [TestMethod]
    [DataRow(200, 60)]
    [DataRow(1500, 350)]
    public async Task A_long_text_file_is_cut_between_rows_and_never_within_a_quoted_value(int bytes, int rowCount)
    {
        // Quoted values with line ends and doubled quotation marks, of lengths that put the cuts at all kinds of places.
        string rows = string.Concat(Enumerable.Range(0, rowCount).Select(
            i => $"{i},\"{Island(i)}\n{new string('x', i % 37)}, \"\"{(i % 5 == 0 ? "\n" : "")}quoted\"\"\",{Kind(i)}\r\n"));
        string name = await UploadAsync(("a.csv", Encoding.UTF8.GetBytes("\uFEFFsize,\"is\nland\",kind\r\n" + rows)));
        string table = """{"target": "kind", "split": {"by": "fraction"}, "columns": {"is\nland": {"type": "text"}, "size": {"type": "numeric", "encode": "none"}}}""";
        var cut = new DatasetPreparation { PartBytes = 1, TextBytes = bytes };
        float[][] inPieces = await RowsAsync(await cut.PrepareAsync(Definition(name, table)));
        float[][] whole = await RowsAsync(await preparation.PrepareAsync(Definition(name, table) with { Name = name + "-whole" }));

        Assert.IsGreaterThan(10, cut.ShardsWritten);
        Assert.HasCount(rowCount, whole);
        for (int row = 0; row < whole.Length; row++)
        {
            CollectionAssert.AreEqual(whole[row], inPieces[row]);
        }

        static async Task<float[][]> RowsAsync(DatasetReference dataset)
        {
            (DatasetManifest manifest, _) = await DatasetPreparation.ManifestAsync(dataset);
            var rows = new List<float[]>();
            foreach (DatasetSplit split in manifest.Splits.Values)
            {
                (float[] features, _) = await DatasetPreparation.ReadAsync<long>(dataset, split);
                rows.AddRange(features.Chunk(manifest.FeatureShape[0]));
            }

            return [.. rows.OrderBy(row => row[0])];
        }
    }

    [TestMethod]
    [DataRow("stratified")]
    [DataRow("fraction")]
    public async Task Many_small_files_of_any_format_are_read_once_and_none_is_lost_or_doubled(string by)
    {
        (string, byte[])[] files =
        [
            .. Enumerable.Range(0, 40).Select(i => ($"{i:D3}.csv", Csv(10 * i, (10 * i) + 10))),
            ("x.jsonl.gz", RawDataset.Zip(JsonLines(400, 450))), ("y.parquet", await ParquetAsync(450, 500)), ("z.csv", "size,kind\n1\n"u8.ToArray()),
        ];
        string name = await UploadAsync(files);
        DatasetReference dataset = await preparation.PrepareAsync(
            Definition(name, """{"target": "kind", "split": {"by": "BY"}, "columns": {"size": {"type": "numeric", "encode": "none"}}}""".Replace("BY", by, StringComparison.Ordinal)) with { MaxFailedItems = 1 });
        (DatasetManifest manifest, _) = await DatasetPreparation.ManifestAsync(dataset);
        var numbers = new List<float>();
        foreach (DatasetSplit split in manifest.Splits.Values)
        {
            (float[] features, _) = await DatasetPreparation.ReadAsync<long>(dataset, split);
            numbers.AddRange(features.Where((_, i) => i % 4 == 0));
        }

        Assert.AreEqual(1, preparation.ShardsWritten);
        Assert.IsNotNull(manifest.FailedItems);
        CollectionAssert.AreEqual(Enumerable.Range(0, 500).Select(i => (float)i).ToArray(), numbers.Order().ToArray());
    }

    [TestMethod]
    public async Task Serving_makes_the_same_numbers_of_the_same_rows_as_preprocessing_did()
    {
        string name = await UploadAsync(("a.csv", Csv(0, 200)));
        DatasetReference dataset = await preparation.PrepareAsync(Definition(name, """{"target": "kind"}"""));
        (DatasetManifest manifest, _) = await DatasetPreparation.ManifestAsync(dataset);
        FittedTransform transform = FittedTransform.Parse(await DatasetPreparation.FileAsync(dataset, manifest.Transform!.File, manifest.Transform.Sha256));

        var served = new Dictionary<float, float[]>();
        await foreach (TableBatch batch in TableReader.ReadAsync(new TableSource("request", new TableFileType(TableFormat.JsonLines, false), new MemoryStream(JsonLines(0, 200))), transform.Schema))
        {
            foreach (float[] row in transform.Apply(batch, "request").Chunk(transform.Width))
            {
                served.Add(row[0], row);
            }
        }

        foreach (DatasetSplit split in manifest.Splits.Values)
        {
            (float[] features, _) = await DatasetPreparation.ReadAsync<long>(dataset, split);
            foreach (float[] row in features.Chunk(transform.Width))
            {
                CollectionAssert.AreEqual(served[row[0]], row);
            }
        }
    }

    [TestMethod]
    public async Task Numbers_to_predict_are_kept_as_they_are_and_rows_without_them_are_left_out()
    {
        string name = await UploadAsync(("a.csv", Csv(0, 200)), ("b.csv", "size,island,kind\n,Biscoe,odd\nNA,Dream,even\n"u8.ToArray()));
        DatasetReference dataset = await preparation.PrepareAsync(
            Definition(name, """{"target": "size", "columns": {"kind": {"type": "ignored"}}, "split": {"by": "fraction", "test": 0.3}}"""));
        (DatasetManifest manifest, _) = await DatasetPreparation.ManifestAsync(dataset);

        Assert.AreEqual(LearningTask.Regression, manifest.Task);
        Assert.AreEqual(2, manifest.RowsWithoutTarget);
        Assert.AreEqual(200, dataset.Examples);
        Assert.AreEqual(0, manifest.Classes);
        (float[] features, float[] labels) = await DatasetPreparation.ReadAsync<float>(dataset, manifest.Splits["train"]);
        Assert.AreEqual(manifest.Targets![0].Mean!.Value, labels.Average(), 1e-3);
        Assert.IsTrue(labels.Index().All(label => features[(label.Index * 3) + ((int)label.Item % 3)] == 1), "each value is of its own row");
    }

    [TestMethod]
    public async Task Several_labels_of_a_row_become_a_number_for_each()
    {
        string rows = string.Concat(Enumerable.Range(0, 200).Select(i => $"{{\"size\": {i}, \"tags\": [{(i % 2 == 0 ? "\"even\"" : "")}{(i % 6 == 0 ? ", " : "")}{(i % 3 == 0 ? "\"third\"" : "")}]}}\n"));
        string name = await UploadAsync(("a.jsonl", Encoding.UTF8.GetBytes(rows)));
        DatasetReference dataset = await preparation.PrepareAsync(
            Definition(name, """{"target": "tags", "task": "multiLabel", "columns": {"size": {"type": "numeric", "encode": "none"}}}"""));
        (DatasetManifest manifest, _) = await DatasetPreparation.ManifestAsync(dataset);

        Assert.AreEqual(LearningTask.MultiLabel, manifest.Task);
        Assert.AreEqual(2, manifest.Classes);
        CollectionAssert.AreEqual(new[] { "even", "third" }, manifest.Targets![0].Labels!.ToArray());
        Assert.AreEqual(200, dataset.Examples, "a row without labels is an example");
        Assert.AreEqual(100, manifest.Splits.Values.Sum(split => split.ClassCounts[0]));
        (float[] sizes, float[] labels) = await DatasetPreparation.ReadAsync<float>(dataset, manifest.Splits["train"]);
        for (int row = 0; row < sizes.Length; row++)
        {
            CollectionAssert.AreEqual(new float[] { sizes[row] % 2 == 0 ? 1 : 0, sizes[row] % 3 == 0 ? 1 : 0 }, labels[(2 * row)..((2 * row) + 2)]);
        }
    }

    [TestMethod]
    [DataRow("stratified")]
    [DataRow("fraction")]
    public async Task Files_that_cannot_be_read_are_left_out_whole_and_listed_as_far_as_the_pipeline_allows(string by)
    {
        byte[] ragged = [.. Csv(1000, 6000), .. "7,8\n"u8];
        string name = await UploadAsync(
            ("0-empty.csv", []), ("a.csv", Csv(0, 100)), ("b.csv", ragged), ("c.jsonl.gz", RawDataset.Zip(JsonLines(100, 200))[..^20]), ("d.csv", "size,kind\n1,odd\n"u8.ToArray()), ("e.csv", Csv(200, 300)));
        string table = $$$"""{"target": "kind", "split": {"by": "{{{by}}}"}}""";
        DatasetReference dataset = await preparation.PrepareAsync(Definition(name, table) with { MaxFailedItems = 4 });
        (DatasetManifest manifest, _) = await DatasetPreparation.ManifestAsync(dataset);

        Assert.AreEqual(200, dataset.Examples);
        FailedItem[] failed = System.Text.Json.JsonSerializer.Deserialize<FailedItem[]>(
            await DatasetPreparation.FileAsync(dataset, manifest.FailedItems!.File, manifest.FailedItems.Sha256), System.Text.Json.JsonSerializerOptions.Web)!;
        CollectionAssert.AreEqual(
            new[] { "0-empty.csv", "b.csv", "c.jsonl.gz", "d.csv" }, failed.Select(item => Path.GetFileName(item.Item)).ToArray());
        Assert.StartsWith("line 5002: has 2 values for 3 columns", failed[1].Reason);
        string refusal = await preparation.FailAsync(Definition(name, table) with { MaxFailedItems = 3 });
        Assert.StartsWith("dataset.maxFailedItems: expected at most 3 items that cannot be read, found 4: ", refusal);
    }

    [TestMethod]
    [DataRow(4_000_000)]
    [DataRow(7)]
    public async Task Rows_that_are_in_two_splits_are_counted_and_more_than_the_pipeline_allows_fail_the_run(int inMemory)
    {
        // Every patient has the same two rows, of which one is of each kind.
        string rows = "size,kind,patient\n" + string.Concat(Enumerable.Range(0, 400).Select(i => $"{i % 2},{Kind(i)},p{i / 2}\n"));
        string name = await UploadAsync(("a.csv", Encoding.UTF8.GetBytes(rows)));
        string table = """{"target": "kind", "split": {"by": "group", "column": "patient"}}""";
        var few = new DatasetPreparation { MostHashes = inMemory };
        DatasetReference dataset = await few.PrepareAsync(Definition(name, table));
        (DatasetManifest manifest, _) = await DatasetPreparation.ManifestAsync(dataset);

        Assert.AreEqual(new DatasetLeakage(manifest.Splits["validation"].Examples, manifest.Splits["test"].Examples, manifest.Splits["test"].Examples), dataset.Leakage);
        Assert.AreEqual(dataset.Leakage, manifest.Leakage);
        string error = await few.FailAsync(Definition(name, table) with { MaxLeakedFraction = 0.5 });
        Assert.Contains("expected at most 0.5 of the validation rows to equal a training row (dataset.maxLeakedFraction), found", error);
    }

    [TestMethod]
    public async Task The_same_tables_are_not_computed_twice_and_gzip_gives_the_same_version()
    {
        string name = await UploadAsync(("a.csv", Csv(0, 100)));
        DatasetDefinition definition = Definition(name, """{"target": "kind"}""");
        DatasetReference first = await preparation.PrepareAsync(definition);
        DatasetReference second = await preparation.PrepareAsync(definition);
        int written = preparation.ShardsWritten;
        await UploadAsync(name, ("a.csv.gz", RawDataset.Zip(Csv(0, 100))));
        await (await Storage.BlobsAsync()).GetBlobContainerClient("raw").DeleteBlobAsync($"{name}/all/a.csv");
        DatasetReference zipped = await preparation.PrepareAsync(definition);

        Assert.AreEqual(first with { Reused = true }, second);
        Assert.AreEqual(1, written);
        Assert.AreEqual(first with { Reused = true }, zipped, "equal content is the same version");
        DatasetReference other = await preparation.PrepareAsync(definition with { Table = definition.Table! with { Split = definition.Table.Split with { Seed = 9 } } });
        Assert.AreNotEqual(first.Version, other.Version);
    }

    [TestMethod]
    public async Task Nothing_of_the_preparation_is_left_behind()
    {
        string name = await UploadAsync(("a.csv", Csv(0, 100)));
        DatasetReference dataset = await preparation.PrepareAsync(Definition(name, """{"target": "kind"}"""));

        var names = new List<string>();
        await foreach (BlobItem blob in (await Storage.BlobsAsync()).GetBlobContainerClient("datasets").GetBlobsAsync(BlobTraits.None, BlobStates.None, dataset.Name + "/", default))
        {
            names.Add(blob.Name);
        }

        // Three splits of two files; the rows of the test; the manifest, the transform; the record of the inputs.
        Assert.AreEqual((3 * 2) + 1 + 2 + 1, names.Count, string.Join("\n", names));
    }

    [TestMethod]
    public async Task Groups_stay_together_and_what_groups_rows_is_no_feature()
    {
        string name = await UploadAsync(("a.csv", Csv(0, 200)));
        DatasetReference dataset = await preparation.PrepareAsync(
            Definition(name, """{"target": "kind", "split": {"by": "group", "column": "island", "validation": 0.3, "test": 0.3}}""", seed: 4));
        (DatasetManifest manifest, _) = await DatasetPreparation.ManifestAsync(dataset);

        CollectionAssert.AreEqual(new[] { 1 }, manifest.FeatureShape.ToArray());
        CollectionAssert.AreEquivalent(new long[] { 67, 67, 66 }, manifest.Splits.Values.Select(split => split.Examples).ToArray());
    }

    [TestMethod]
    public async Task Files_without_a_header_are_divided_by_the_numbers_of_a_column_that_the_pipeline_names()
    {
        string rows = "100 rows\n" + string.Concat(Enumerable.Range(0, 100).Select(i => $"{2000 - i};{Kind(i)};{i % 7}\n"));
        string name = await UploadAsync(("a.csv", Encoding.UTF8.GetBytes(rows)));
        DatasetReference dataset = await preparation.PrepareAsync(Definition(
            name, """{"target": "kind", "csv": {"skipLines": 1, "header": ["year", "kind", "size"]}, "split": {"by": "time", "column": "year", "test": 0.2}}"""));
        (DatasetManifest manifest, _) = await DatasetPreparation.ManifestAsync(dataset);

        CollectionAssert.AreEqual(new[] { 1 }, manifest.FeatureShape.ToArray());
        byte[] test = await DatasetPreparation.FileAsync(dataset, manifest.Splits["test"].Shards[0].Rows!.File, manifest.Splits["test"].Shards[0].Rows!.Sha256);
        string[] newest = [.. Enumerable.Range(0, 20).Select(i => $$"""{"size":{{i % 7}},"kind":"{{Kind(i)}}","year":{{2000 - i}}}""")];
        CollectionAssert.AreEqual(newest, Encoding.UTF8.GetString(test).TrimEnd().Split('\n'));
    }

    [TestMethod]
    [DataRow("""{"target": "kind", "split": {"by": "time", "column": "at"}}""", "at,size,kind\nJan 1 2026,1,odd\nJan 2 2026,2,even\n", "numbers in 'at', by which dataset.split divides the rows, found the type Categorical")]
    [DataRow("""{"target": "kind"}""", "size,island,kind\n1,a,odd\n2,even\n", "a.csv, line 3: has 2 values for 3 columns")]
    [DataRow("""{"target": "kind", "columns": {"size": {"type": "numeric"}}}""", "size,island,kind\n1,a,odd\nbig,b,even\n", "a.csv, line 3: column 'size' should hold a finite number, not 'big'")]
    [DataRow("""{"target": "species"}""", "size,kind\n1,odd\n", "a.csv: expected the columns 'species' that the pipeline names, found 'size', 'kind'")]
    [DataRow("""{"target": "kind", "columns": {"colour": {"type": "text"}}}""", "size,kind\n1,odd\n", "a.csv: expected the columns 'colour' that the pipeline names")]
    [DataRow("""{"target": "kind"}""", "kind\nodd\neven\n", "a.csv: expected at least one column to learn from")]
    [DataRow("""{"target": "kind"}""", "size,kind\n1,\n2,NA\n", "rows with a target in every split, of 0 in all")]
    [DataRow("""{"target": "kind", "split": {"by": "fraction"}}""", "size,kind\n1,odd\n2,even\n", "rows with a target in every split")]
    [DataRow("""{"target": "kind", "columns": {"size": {"encode": "oneHot"}}}""", "size,kind\n1,odd\n2,even\n", "a.csv: expected 'size' to suit what dataset.columns says of it, found the type Numeric (numbers)")]
    public async Task What_is_wrong_is_named(string table, string content, string refusal)
    {
        string name = await UploadAsync(("a.csv", Encoding.UTF8.GetBytes(content)));

        StringAssert.Contains(await preparation.FailAsync(Definition(name, table)), refusal);
        Assert.IsFalse(
            await (await Storage.BlobsAsync()).GetBlobContainerClient("datasets").GetBlobsAsync(BlobTraits.None, BlobStates.None, name + "/", default).AnyAsync(), "nothing is half published");
    }

    [TestMethod]
    public async Task A_column_without_a_value_is_ignored_unless_the_pipeline_gives_it_a_type()
    {
        string name = await UploadAsync(("a.csv", Encoding.UTF8.GetBytes("size,empty,kind\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{i},{(i % 2 == 0 ? "" : "NA")},{Kind(i)}\n")))));

        DatasetReference dataset = await preparation.PrepareAsync(Definition(name, """{"target": "kind"}"""));
        string refusal = await preparation.FailAsync(Definition(name, """{"target": "kind", "columns": {"empty": {"type": "numeric"}}}"""));

        CollectionAssert.AreEqual(new[] { 1 }, (await DatasetPreparation.ManifestAsync(dataset)).Manifest.FeatureShape.ToArray());
        Assert.AreEqual("column 'empty': has no value in the training split; give it the type ignored", refusal);
    }

    [TestMethod]
    public async Task A_file_that_is_no_table_is_named()
    {
        string name = await UploadAsync(("a.csv", Csv(0, 10)), ("readme.txt", "hello"u8.ToArray()));

        StringAssert.StartsWith(await preparation.FailAsync(Definition(name, """{"target": "kind"}""")), $"raw/{name}/all/readme.txt: expected only tables in raw/{name}/all/");
    }

    private static DatasetDefinition Definition(string name, string table, long seed = 1) => PipelineJson.Definition(pipeline =>
    {
        var dataset = System.Text.Json.Nodes.JsonNode.Parse(table)!.AsObject();
        dataset["name"] = name;
        dataset["format"] = "table";
        dataset["source"] = $"raw/{name}/all/";
        dataset["seed"] = seed;
        pipeline["dataset"] = dataset;
    }).Dataset;

    private static async Task<string> UploadAsync(params (string File, byte[] Content)[] files)
    {
        string name = Storage.NewName("table");
        await UploadAsync(name, files);
        return name;
    }

    // Not right below the name: a pipeline there would be taken by tests of uploads.
    private static async Task UploadAsync(string name, params (string File, byte[] Content)[] files)
    {
        BlobContainerClient raw = (await Storage.BlobsAsync()).GetBlobContainerClient("raw");
        await raw.CreateIfNotExistsAsync();
        foreach ((string file, byte[] content) in files)
        {
            await raw.GetBlobClient($"{name}/all/{file}").UploadAsync(BinaryData.FromBytes(content), overwrite: true);
        }
    }

    private static byte[] Csv(int from, int to) =>
        Encoding.UTF8.GetBytes("size,island,kind\n" + string.Concat(Enumerable.Range(from, to - from).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i},{Island(i)},{Kind(i)}\n"))));

    private static byte[] JsonLines(int from, int to) =>
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(from, to - from).Select(i => $"{{\"kind\": \"{Kind(i)}\", \"size\": {i}, \"island\": \"{Island(i)}\"}}\n")));

    private static async Task<byte[]> ParquetAsync(int from, int to)
    {
        var schema = new ParquetSchema(new DataField<string>("kind"), new DataField<int>("size", nullable: false), new DataField<string>("island"));
        using var file = new MemoryStream();
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(schema, file))
        {
            int[][] groups = [[.. Enumerable.Range(from, (to - from) / 2)], [.. Enumerable.Range((from + to) / 2, (to - from) / 2)]];
            foreach (int[] rows in groups)
            {
                using ParquetRowGroupWriter group = writer.CreateRowGroup();
                await group.WriteAsync(schema.DataFields[0], (string[])[.. rows.Select(Kind)]);
                await group.WriteAsync<int>(schema.DataFields[1], rows);
                await group.WriteAsync(schema.DataFields[2], (string[])[.. rows.Select(Island)]);
            }
        }

        return file.ToArray();
    }

    private static string Island(int number) => (number % 3) switch { 0 => "Biscoe", 1 => "Dream", _ => "Torgersen" };

    private static string Kind(int number) => number % 2 == 0 ? "even" : "odd";
}
