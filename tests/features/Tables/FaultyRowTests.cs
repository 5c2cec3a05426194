using DurableMl.Features.Schemas;
using DurableMl.Features.Tables;
using static Features.Tests.TableText;

namespace Features.Tests.Tables;

[TestClass]
public class FaultyRowTests
{
    private static readonly TableSchema Schema = Schema(("kind", ColumnType.Categorical), ("size", ColumnType.Numeric), ("old", ColumnType.Boolean));

    [TestMethod]
    public void A_value_of_a_request_is_refused_with_what_who_asks_can_do()
    {
        var rows = new TableBuilder(Schema(("size", ColumnType.Numeric)), "inputs");

        TableFormatException refusal = Assert.ThrowsExactly<TableFormatException>(() => rows.Add("size", "big"));

        Assert.AreEqual("inputs, row 1: column 'size' should hold a finite number, not 'big'; a value that is not known is null", refusal.Message);
    }

    [TestMethod]
    public async Task Rows_that_are_wrong_are_left_out_and_the_others_keep_their_numbers()
    {
        (List<TableBatch> batches, List<FaultyRow> faults) = await ReadAsync(Source("a.csv", "kind,size,old\nx,1,yes\n\nx,big,maybe\nx,2\ny,3,no\n"));

        TableBatch batch = batches.Single();
        CollectionAssert.AreEqual(new[] { 1.0, 3.0 }, batch["size"].Numbers.ToArray());
        CollectionAssert.AreEqual(new[] { "x", "y" }, batch["kind"].Texts.ToArray());
        CollectionAssert.AreEqual(new long[] { 1, 4 }, batch.Numbers!.ToArray());
        Assert.AreEqual(new FaultyRow(2, "a.csv, line 4", "column 'size' should hold a finite number") { Found = "big" }, faults[0], "one reason is enough");
        Assert.AreEqual((3, "a.csv, line 5"), (faults[1].Row, faults[1].Place));
        Assert.StartsWith("has 2 values for 3 columns", faults[1].Text);
        Assert.HasCount(2, faults);
    }

    [TestMethod]
    public async Task Numbers_go_on_from_batch_to_batch()
    {
        string rows = string.Concat(Enumerable.Range(1, TableReader.BatchRows + 2).Select(row => $"x,{(row % 1000 == 0 ? "?" : row)},no\n"));

        (List<TableBatch> batches, List<FaultyRow> faults) = await ReadAsync(Source("a.csv", "kind,size,old\n" + rows));

        Assert.HasCount(2, batches);
        foreach (TableBatch batch in batches)
        {
            CollectionAssert.AreEqual(batch.Numbers!.Select(number => (double)number).ToArray(), batch["size"].Numbers.ToArray());
        }

        CollectionAssert.AreEqual(new long[] { 1000, 2000, 3000, 4000 }, faults.Select(fault => fault.Row).ToArray());
        Assert.AreEqual(TableReader.BatchRows + 2, batches[1].Numbers![^1]);
    }

    [TestMethod]
    public async Task A_row_of_JSON_lines_that_is_no_object_is_left_out()
    {
        (List<TableBatch> batches, List<FaultyRow> faults) = await ReadAsync(Source("a.jsonl", "{\"kind\":\"x\",\"size\":1,\"old\":null}\n[1]\n{\"kind\":{},\"size\":2}\n{\"size\":3}\n"));

        CollectionAssert.AreEqual(new[] { 1.0, 3.0 }, batches.Single()["size"].Numbers.ToArray());
        CollectionAssert.AreEqual(
            new[] { "2 is an array; every row must be an object of columns by name", "3 column 'kind' should hold text, not 'an object'" },
            faults.Select(fault => $"{fault.Row} {fault.Text}").ToArray());
    }

    [TestMethod]
    [DataRow("a.csv", "kind,size\nx,1\n", "a.csv: has no column 'old'; it has 'kind', 'size'")]
    [DataRow("a.jsonl", "{\"kind\":\"x\",\"size\":1}\n{\"kind\":\"x\"}\n", "a.jsonl: has no row with the column 'old'; a value that is not known is null")]
    [DataRow("a.jsonl", "{\"kind\":\"x\",\"size\":1,\"old\":null}\n{\"kind\":\n", "a.jsonl, line ")]
    public async Task What_is_wrong_with_the_table_itself_is_an_error(string name, string content, string refusal)
    {
        TableFormatException e = await Assert.ThrowsExactlyAsync<TableFormatException>(() => ReadAsync(Source(name, content)));

        Assert.StartsWith(refusal, e.Message);
    }

    private static async Task<(List<TableBatch> Batches, List<FaultyRow> Faults)> ReadAsync(TableSource source)
    {
        var batches = new List<TableBatch>();
        var faults = new List<FaultyRow>();
        await foreach (TableBatch batch in TableReader.ReadAsync(source, Schema, faults))
        {
            batches.Add(batch);
        }

        return (batches, faults);
    }
}
