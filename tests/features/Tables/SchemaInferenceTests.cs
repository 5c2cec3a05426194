using System.Text;
using DurableMl.Features.Schemas;
using DurableMl.Features.Tables;
using static Features.Tests.TableText;

namespace Features.Tests.Tables;

[TestClass]
public class SchemaInferenceTests
{
    [TestMethod]
    public async Task Columns_show_what_they_hold()
    {
        var content = new StringBuilder("id,island,mass,tagged,seen,note,empty\n");
        for (int i = 0; i < 100; i++)
        {
            content.Append($"K{i},{(i % 3 == 0 ? "Biscoe" : "Dream")},{(i == 7 ? "NA" : $"{3000 + i}")},{(i % 2 == 0 ? "yes" : "no")},2026-01-{1 + (i % 28):00},seen it {i} times,\n");
        }

        IReadOnlyList<ColumnFinding> findings = await TableReader.InferAsync(Source("a.csv", content.ToString()), TableSchema.UsualMissing);

        CollectionAssert.AreEqual(
            new[] { ColumnType.Ignored, ColumnType.Categorical, ColumnType.Numeric, ColumnType.Boolean, ColumnType.DateTime, ColumnType.Text, ColumnType.Ignored },
            findings.Select(finding => finding.Type).ToArray());
        Assert.AreEqual("another text in every row, as an identifier", findings[0].Reason);
        Assert.AreEqual("it has no value", findings[^1].Reason);
    }

    [TestMethod]
    public async Task Members_of_any_row_of_the_sample_are_columns_and_nested_ones_are_left_out()
    {
        IReadOnlyList<ColumnFinding> findings = await TableReader.InferAsync(
            Source("a.jsonl", "{\"a\": 1}\n{\"a\": 2, \"b\": {\"c\": 1}}\n{\"d\": true}\n"), TableSchema.UsualMissing);

        CollectionAssert.AreEqual(
            new[] { ("a", ColumnType.Numeric), ("b", ColumnType.Ignored), ("d", ColumnType.Boolean) }, findings.Select(finding => (finding.Name, finding.Type)).ToArray());
    }

    [TestMethod]
    public async Task A_table_without_rows_is_refused()
    {
        TableFormatException refusal = await Assert.ThrowsExactlyAsync<TableFormatException>(
            () => TableReader.InferAsync(Source("a.csv", "a,b\n"), TableSchema.UsualMissing));

        Assert.AreEqual("a.csv: has no rows", refusal.Message);
    }
}
