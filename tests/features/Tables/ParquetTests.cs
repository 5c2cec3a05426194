using System.Text.Json;
using DurableMl.Features.Schemas;
using DurableMl.Features.Tables;
using Parquet;
using Parquet.Schema;
using static Features.Tests.TableText;

namespace Features.Tests.Tables;

[TestClass]
public class ParquetTests
{
    private static readonly TableSchema Schema =
        Schema(("kind", ColumnType.Categorical), ("size", ColumnType.Numeric), ("count", ColumnType.Numeric), ("old", ColumnType.Boolean), ("at", ColumnType.DateTime));

    [TestMethod]
    public async Task Typed_columns_are_read_group_by_group()
    {
        List<TableBatch> batches = await ReadAsync(Source("a.parquet", await FileAsync(groups: 2)), Schema);

        Assert.AreEqual(6, batches.Sum(batch => batch.Rows));
        TableBatch batch = batches[0];
        CollectionAssert.AreEqual(new[] { "x", null, "y" }, batch["kind"].Texts[..3].ToArray());
        CollectionAssert.AreEqual(new[] { 1.5, double.NaN, 2 }, batch["size"].Numbers[..3].ToArray());
        CollectionAssert.AreEqual(new double[] { 1, 2, 3 }, batch["count"].Numbers[..3].ToArray());
        CollectionAssert.AreEqual(new[] { 1, 0, double.NaN }, batch["old"].Numbers[..3].ToArray());
        CollectionAssert.AreEqual(new[] { 0, 86_400, double.NaN }, batch["at"].Numbers[..3].ToArray());
    }

    [TestMethod]
    public async Task Only_the_row_groups_asked_for_are_read()
    {
        TableBatch batch = await OneAsync(Source("a.parquet", await FileAsync(groups: 3)) with { RowGroups = 1..2 }, Schema);

        Assert.AreEqual(3, batch.Rows);
    }

    [TestMethod]
    public async Task A_file_that_is_cut_short_or_damaged_is_refused()
    {
        byte[] whole = await FileAsync(groups: 1);
        byte[] damaged = [.. whole];
        damaged.AsSpan(whole.Length - 200, 150).Fill(0xEE);

        StringAssert.StartsWith(await RefusalAsync(Source("a.parquet", whole[..^20]), Schema), "a.parquet: is a Parquet file that is cut short");
        StringAssert.StartsWith(await RefusalAsync(Source("a.parquet", "kind,size\n"), Schema), "a.parquet: is not a Parquet file");
        StringAssert.StartsWith(await RefusalAsync(Source("a.parquet", damaged), Schema), "a.parquet: is a damaged Parquet file");
    }

    [TestMethod]
    public async Task A_small_file_of_more_values_than_memory_has_room_for_is_refused()
    {
        var flag = new DataField<bool>("flag", nullable: false);
        using var file = new MemoryStream();
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(flag), file))
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAsync<bool>(flag, new bool[ParquetRowReader.MaxGroupValues + 1]);
        }

        Assert.IsLessThan(ParquetRowReader.MaxGroupValues / 4, file.Length);
        StringAssert.StartsWith(
            await RefusalAsync(Source("a.parquet", file.ToArray()), Schema(("flag", ColumnType.Boolean))), "a.parquet: has a row group of 67108865 rows, of which 67108865 values are read; at most 67108864");
    }

    [TestMethod]
    public async Task A_value_that_is_not_of_its_columns_type_is_named_with_its_row() => StringAssert.StartsWith(
        await RefusalAsync(Source("a.parquet", await FileAsync(groups: 1)), Schema(("kind", ColumnType.Numeric))), "a.parquet, row 1: column 'kind' should hold a finite number, not 'x'");

    [TestMethod]
    public async Task A_column_that_is_not_there_is_named() => StringAssert.StartsWith(
        await RefusalAsync(Source("a.parquet", await FileAsync(groups: 1)), Schema(("colour", ColumnType.Text))), "a.parquet: has no column 'colour'; it has 'kind', 'size'");

    [TestMethod]
    public async Task Lists_are_labels_and_an_empty_one_is_not_one_that_is_missing()
    {
        List<string?[]?> tags = [["b", " a"], [], null, ["c"], ["a", "a"]];
        byte[] file = await ListsAsync(new ListField("tags", new DataField<string>("element", nullable: true)), tags);

        ColumnValues read = (await OneAsync(Source("a.parquet", file), Schema(("tags", ColumnType.Labels))))["tags"];

        CollectionAssert.AreEqual(new[] { "a b", "", null, "c", "a" }, Labels(read));
        CollectionAssert.AreEqual(Labels(read), Labels((await OneAsync(Source("a.jsonl", string.Concat(tags.Select(list => JsonSerializer.Serialize(new { tags = list }) + "\n"))), Schema(("tags", ColumnType.Labels))))["tags"]), "as JSON has it");
    }

    [TestMethod]
    public async Task Numbers_and_booleans_are_labels_too()
    {
        var numbers = new ListField("tags", new DataField<int>("element"));
        using var file = new MemoryStream();
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(numbers), file))
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            var item = (DataField)numbers.Item;
            await group.WriteAllPartsAsync<int>(item, new[] { 3, 10, 7 }, Enumerable.Repeat(item.MaxDefinitionLevel, 3).ToArray(), new[] { 0, 1, 0 }, CancellationToken.None);
        }

        ColumnValues read = (await OneAsync(Source("a.parquet", file.ToArray()), Schema(("tags", ColumnType.Labels))))["tags"];

        CollectionAssert.AreEqual(new[] { "10 3", "7" }, Labels(read));
    }

    [TestMethod]
    public async Task A_null_among_labels_a_list_of_lists_and_a_struct_are_refused()
    {
        byte[] withNull = await ListsAsync(new ListField("tags", new DataField<string>("element", nullable: true)), [["a"], ["b", null]]);
        var inner = new ListField("element", new DataField<int>("element"));
        byte[] nested = await OneRowAsync(new ListField("tags", inner), (DataField)inner.Item);
        var part = new DataField<int>("part");
        byte[] parts = await OneRowAsync(new StructField("tags", part), part);
        TableSchema labels = Schema(("tags", ColumnType.Labels));

        Assert.StartsWith("a.parquet, row 2: column 'tags' should hold a list of labels, not a list with a null in it;", await RefusalAsync(Source("a.parquet", withNull), labels));
        Assert.StartsWith("a.parquet, row 1: column 'tags' should hold a list of labels, not a list of lists or structs;", await RefusalAsync(Source("a.parquet", nested), labels));
        Assert.StartsWith("a.parquet, row 1: column 'tags' should hold a list of labels, not a struct;", await RefusalAsync(Source("a.parquet", parts), labels));
        Assert.StartsWith("a.parquet, row 1: column 'tags' should hold text, not a list;", await RefusalAsync(Source("a.parquet", withNull), Schema(("tags", ColumnType.Categorical))));
    }

    private static string?[] Labels(ColumnValues values) => [.. values.Texts.ToArray().Select(text => text is null ? null : string.Join(' ', LabelSet.Split(text)))];

    /// <summary>A file of lists, each null, empty or of items that may be null: by definition level 0, 1, 2 and 3.</summary>
    private static async Task<byte[]> ListsAsync(ListField field, IReadOnlyList<string?[]?> lists)
    {
        using var file = new MemoryStream();
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(field), file))
        {
            (int Definition, int Repetition, string? Value)[] entries = [.. lists.SelectMany(Entries)];
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAllPartsAsync<ReadOnlyMemory<char>>(
                (DataField)field.Item,
                entries.Where(entry => entry.Value is not null).Select(entry => entry.Value.AsMemory()).ToArray(),
                entries.Select(entry => entry.Definition).ToArray(),
                entries.Select(entry => entry.Repetition).ToArray(),
                CancellationToken.None);
        }

        return file.ToArray();
    }

    private static IEnumerable<(int Definition, int Repetition, string? Value)> Entries(string?[]? list) => list is null or []
        ? [(list is null ? 0 : 1, 0, null)]
        : list.Select((item, i) => (item is null ? 2 : 3, i == 0 ? 0 : 1, item));

    private static async Task<byte[]> OneRowAsync(Field field, DataField data)
    {
        using var file = new MemoryStream();
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(field), file))
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAllPartsAsync<int>(data, new[] { 1 }, new[] { data.MaxDefinitionLevel }, data.MaxRepetitionLevel > 0 ? new[] { 0 } : default(ReadOnlyMemory<int>?), CancellationToken.None);
        }

        return file.ToArray();
    }

    private static async Task<byte[]> FileAsync(int groups)
    {
        var schema = new ParquetSchema(
            new DataField<string>("kind"), new DataField<double>("size", nullable: true), new DataField<int>("count", nullable: false),
            new DataField<bool>("old", nullable: true), new DataField<DateTime>("at", nullable: true));
        using var file = new MemoryStream();
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(schema, file))
        {
            for (int i = 0; i < groups; i++)
            {
                using ParquetRowGroupWriter group = writer.CreateRowGroup();
                await group.WriteAsync(schema.DataFields[0], (string[])["x", null!, "y"]);
                await group.WriteAsync<double>(schema.DataFields[1], new double?[] { 1.5, null, 2 });
                await group.WriteAsync<int>(schema.DataFields[2], new[] { 1, 2, 3 });
                await group.WriteAsync<bool>(schema.DataFields[3], new bool?[] { true, false, null });
                await group.WriteAsync<DateTime>(schema.DataFields[4], new DateTime?[] { DateTime.UnixEpoch, DateTime.UnixEpoch.AddDays(1), null });
            }
        }

        return file.ToArray();
    }
}
