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
    public async Task A_column_that_is_not_there_is_named() => StringAssert.StartsWith(
        await RefusalAsync(Source("a.parquet", await FileAsync(groups: 1)), Schema(("colour", ColumnType.Text))), "a.parquet: has no column 'colour'; it has 'kind', 'size'");

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
