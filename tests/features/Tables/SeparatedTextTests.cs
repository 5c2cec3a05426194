using System.Text;
using DurableMl.Features.Schemas;
using DurableMl.Features.Tables;
using static Features.Tests.TableText;

namespace Features.Tests.Tables;

[TestClass]
public class SeparatedTextTests
{
    private static readonly TableSchema Schema = Schema(("kind", ColumnType.Categorical), ("size", ColumnType.Numeric));

    [TestMethod]
    [DataRow("a.csv", "kind,size\n\"an \"\"old\"\", one\",1.5\nNA,\n\n b ,2e3\n")]
    [DataRow("a.csv", "size;kind\r\n1.5;\"an \"\"old\"\", one\"\r\n;NA\r\n2e3; b \r\n")]
    [DataRow("a.tsv", "kind\tother\tsize\nan \"old\", one\t?\t1.5\n\t\tNaN\nb\t?\t2000")]
    public async Task Values_are_read_by_column_whatever_separates_them(string name, string content)
    {
        TableBatch batch = await OneAsync(Source(name, content), Schema);

        Assert.AreEqual(3, batch.Rows);
        CollectionAssert.AreEqual(new[] { "an \"old\", one", null, "b" }, batch["kind"].Texts.ToArray());
        CollectionAssert.AreEqual(new[] { 1.5, double.NaN, 2000 }, batch["size"].Numbers.ToArray());
    }

    [TestMethod]
    public async Task A_quoted_value_may_hold_lines()
    {
        TableBatch batch = await OneAsync(Source("a.csv", "kind,size\n\"one\n\"\"two\"\", three\",1\n\"\n\",\"\n2\"\n"), Schema);

        CollectionAssert.AreEqual(new[] { "one\n\"two\", three", null }, batch["kind"].Texts.ToArray());
    }

    [TestMethod]
    [DataRow(",kind,size\n0,a,1\n1,b,2\n")]
    [DataRow("\"\",\"kind\",\"size\"\n\"1\",\"a\",1\n\"2\",\"b\",2\n")]
    [DataRow("kind,size,,\na,1,,\nb,2,,\n")]
    public async Task A_column_without_a_name_such_as_row_numbers_is_passed_over(string content)
    {
        TableBatch batch = await OneAsync(Source("a.csv", content), Schema);
        IReadOnlyList<ColumnFinding> findings = await TableReader.InferAsync(Source("a.csv", content), TableSchema.UsualMissing);

        CollectionAssert.AreEqual(new[] { "a", "b" }, batch["kind"].Texts.ToArray());
        CollectionAssert.AreEqual(new double[] { 1, 2 }, batch["size"].Numbers.ToArray());
        CollectionAssert.AreEqual(new[] { "kind", "size" }, findings.Select(finding => finding.Name).ToArray());
    }

    [TestMethod]
    [DataRow("150,2,setosa\nkind,size\na,1\nb,2\n", 1, null, null)]
    [DataRow("a,1\nb,2\n", 0, null, "kind,size")]
    [DataRow("# two\n\"lines\na x 1\nb y 2\n", 2, ' ', "kind,,size")]
    public async Task Lines_before_the_rows_are_passed_over_and_the_pipeline_names_columns_that_no_line_does(string content, int skipped, char? separator, string? header)
    {
        var form = new TextForm(skipped, separator, header?.Split(','));
        TableBatch batch = await OneAsync(Source("a.csv", content), Schema with { Form = form });

        CollectionAssert.AreEqual(new[] { "a", "b" }, batch["kind"].Texts.ToArray());
        CollectionAssert.AreEqual(new double[] { 1, 2 }, batch["size"].Numbers.ToArray());
    }

    [TestMethod]
    public async Task Columns_that_nobody_names_are_numbered_and_lines_are_counted_from_the_files_first()
    {
        TableSchema schema = Schema(("1", ColumnType.Categorical), ("2", ColumnType.Numeric)) with { Form = new TextForm(1, Header: []) };

        Assert.AreEqual(2, (await OneAsync(Source("a.csv", "about\na,1\nb,2\n"), schema)).Rows);
        StringAssert.StartsWith(await RefusalAsync(Source("a.csv", "about\na,1\nb\n"), schema), "a.csv, line 3: has 1 values for 2 columns");
    }

    [TestMethod]
    public async Task Quotation_marks_that_mean_nothing_are_part_of_values()
    {
        TableBatch batch = await OneAsync(Source("a.tsv", "kind\tsize\n5\" wide\t1\n\"6\"\t2\n\"\t3\n"), Schema with { Form = new TextForm(Quotes: false) });

        CollectionAssert.AreEqual(new[] { "5\" wide", "\"6\"", "\"" }, batch["kind"].Texts.ToArray());
    }

    [TestMethod]
    public async Task Memory_holds_a_batch_of_a_long_table()
    {
        string rows = string.Concat(Enumerable.Range(0, 10_000).Select(i => $"a,{i}\n"));
        List<TableBatch> batches = await ReadAsync(Source("a.csv.gz", Zip(Encoding.UTF8.GetBytes("kind,size\n" + rows))), Schema);

        CollectionAssert.AreEqual(new[] { TableReader.BatchRows, TableReader.BatchRows, 10_000 - (2 * TableReader.BatchRows) }, batches.Select(batch => batch.Rows).ToArray());
        Assert.AreEqual(9999, batches[^1]["size"].Numbers.Span[^1]);
    }

    [TestMethod]
    [DataRow("kind,size\na,1\nb\n", "a.csv, line 3: has 1 values for 2 columns")]
    [DataRow("kind,size\na,1,2\n", "a.csv, line 2: has 3 values for 2 columns")]
    [DataRow("kind,size\n\"a,1\nb,2\n", "a.csv, line 2: has 1 values for 2 columns; is a quotation mark open")]
    [DataRow("kind,size\na,one\n", "a.csv, line 2: column 'size' should hold a finite number, not 'one'")]
    [DataRow("kind,size\na,Infinity\n", "a.csv, line 2: column 'size' should hold a finite number, not 'Infinity'")]
    [DataRow("kind,colour\na,1\n", "a.csv: has no column 'size'; it has 'kind', 'colour'")]
    [DataRow("kind,size,kind\na,1,2\n", "a.csv: names the column 'kind' more than once")]
    [DataRow("kind,size\nit's 5\" wide,1\nor 6\" wide,2\n", "a.csv, line 2: has a quotation mark within a value that does not begin with one")]
    [DataRow(", ,\na,1,2\n", "a.csv: names no column in its first line")]
    [DataRow("", "a.csv: is empty")]
    public async Task What_is_wrong_is_said_with_its_line(string content, string refusal) =>
        StringAssert.StartsWith(await RefusalAsync(Source("a.csv", content), Schema), refusal);

    [TestMethod]
    public async Task A_row_that_never_ends_is_refused_before_it_fills_the_memory()
    {
        string content = "kind,size\n\"" + new string('x', TableReader.MaxRowLength + 1000) + "\",1\n";

        StringAssert.Contains(await RefusalAsync(Source("a.csv", content), Schema), "has a row of more than 16777216 characters");
    }

    [TestMethod]
    [DataRow("a.csv", "kind,size\n")]
    [DataRow("a.csv", "kind,size\n\"")]
    [DataRow("a.tsv", "kind\tsize\n")]
    [DataRow("a.jsonl", "{\"kind\": \"")]
    [DataRow("a.json", "[{\"kind\": \"")]
    public async Task A_line_of_two_gigabytes_is_refused_after_the_first_of_them(string name, string start)
    {
        using var line = new LongLine(start, 2L << 30);

        StringAssert.Contains(await RefusalAsync(new TableSource(name, TableFileType.Of(name)!.Value, line), Schema), "has a row of more than 16777216 ");
        Assert.IsLessThan(4L * TableReader.MaxRowLength, line.Position);
    }

    [TestMethod]
    public async Task A_bomb_of_one_line_is_refused_before_it_fills_the_memory() => StringAssert.Contains(
        await RefusalAsync(Source("a.csv.gz", Zip([.. "kind,size\n"u8, .. new byte[4 * TableReader.MaxRowLength]])), Schema), "a.csv.gz: has a row of more than 16777216 characters");

    [TestMethod]
    public async Task Another_encoding_in_the_middle_is_refused()
    {
        byte[] content = [.. "kind,size\né,1\n"u8, .. Encoding.Latin1.GetBytes("é,2\n")];

        StringAssert.StartsWith(await RefusalAsync(Source("a.csv", content), Schema), "a.csv: is not UTF-8 throughout");
    }

    [TestMethod]
    public async Task A_byte_order_mark_tells_the_encoding()
    {
        byte[] content = [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("kind,size\né,1\n")];

        Assert.AreEqual("é", (await OneAsync(Source("a.csv", content), Schema))["kind"].Texts.Span[0]);
    }

    [TestMethod]
    public async Task A_gzip_file_that_is_cut_short_is_refused()
    {
        string rows = string.Concat(Enumerable.Range(0, 10_000).Select(i => $"a,{i}\n"));
        byte[] whole = Zip(Encoding.UTF8.GetBytes("kind,size\n" + rows));

        StringAssert.StartsWith(await RefusalAsync(Source("a.csv.gz", "no gzip at all"), Schema), "a.csv.gz: is not a complete gzip file");
        StringAssert.StartsWith(await RefusalAsync(Source("a.csv.gz", whole[..^500]), Schema), "a.csv.gz: is not a complete gzip file");
        StringAssert.StartsWith(await RefusalAsync(Source("a.csv.gz", whole[..^3]), Schema), "a.csv.gz: is not a complete gzip file");
    }

    [TestMethod]
    public async Task Booleans_and_times_have_their_words()
    {
        TableBatch batch = await OneAsync(
            Source("a.csv", "flag,at\nyes,2026-01-02\nFALSE,1970-01-01T00:00:01+00:00\n0,\n"), Schema(("flag", ColumnType.Boolean), ("at", ColumnType.DateTime)));

        CollectionAssert.AreEqual(new double[] { 1, 0, 0 }, batch["flag"].Numbers.ToArray());
        CollectionAssert.AreEqual(new[] { 1_767_312_000, 1, double.NaN }, batch["at"].Numbers.ToArray());
    }
}
