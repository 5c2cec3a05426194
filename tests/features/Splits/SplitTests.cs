using DurableMl.Features.Schemas;
using DurableMl.Features.Splits;
using DurableMl.Features.Tables;
using FsCheck;
using FsCheck.Fluent;

namespace Features.Tests.Splits;

[TestClass]
public class SplitTests
{
    private static readonly string?[] Classes = [.. Enumerable.Range(0, 1000).Select(i => i < 900 ? "common" : "rare")];
    private static readonly double[] Numbers = [.. Enumerable.Range(0, 1000).Select(i => (double)i)];

    [TestMethod]
    public void Every_class_gives_the_same_share()
    {
        Split[] splits = SplitOf(new SplitRule(SplitBy.Stratified, "class", 0.2, 0.1, 1), Table(Classes, Numbers));

        Assert.AreEqual(180, Count(splits, Split.Validation, "common"));
        Assert.AreEqual(90, Count(splits, Split.Test, "common"));
        Assert.AreEqual(20, Count(splits, Split.Validation, "rare"));
        Assert.AreEqual(10, Count(splits, Split.Test, "rare"));

        static int Count(Split[] splits, Split split, string @class) => splits.Index().Count(row => row.Item == split && Classes[row.Index] == @class);
    }

    [TestMethod]
    public void A_fraction_is_about_met_and_another_seed_divides_otherwise()
    {
        TableBatch table = Table(Classes, Numbers);
        Split[] splits = SplitOf(new SplitRule(SplitBy.Fraction, null, 0.2, 0.1, 1), table);

        Assert.AreEqual(200, splits.Count(split => split == Split.Validation), 50);
        Assert.AreEqual(100, splits.Count(split => split == Split.Test), 40);
        CollectionAssert.AreNotEqual(splits, SplitOf(new SplitRule(SplitBy.Fraction, null, 0.2, 0.1, 2), table));
    }

    [TestMethod]
    public void The_newest_rows_are_the_test_and_those_before_them_validation()
    {
        double[] times = [30, -10, 50, 10, 20, 0, 40, -20, 60, 70];
        Split[] splits = SplitOf(new SplitRule(SplitBy.Time, "number", 0.2, 0.3, 1), Table([.. times.Select(_ => "a")], times));

        CollectionAssert.AreEqual(new[] { 70.0, 60, 50 }, Of(Split.Test));
        CollectionAssert.AreEqual(new[] { 40.0, 30 }, Of(Split.Validation));

        double[] Of(Split split) => [.. times.Where((_, row) => splits[row] == split).OrderDescending()];
    }

    [TestMethod]
    public void A_group_is_never_divided()
    {
        string?[] groups = [.. Enumerable.Range(0, 1000).Select(i => $"patient {i % 50}")];
        Split[] splits = SplitOf(new SplitRule(SplitBy.Group, "class", 0.2, 0.2, 1), Table(groups, Numbers));

        Assert.IsTrue(groups.Zip(splits).GroupBy(row => row.First).All(group => group.DistinctBy(row => row.Second).Count() == 1));
        Assert.AreEqual(3, splits.Distinct().Count());
    }

    [TestMethod]
    public void A_row_without_a_value_in_the_rules_column_is_refused()
    {
        TableFormatException refusal = Assert.ThrowsExactly<TableFormatException>(
            () => SplitOf(new SplitRule(SplitBy.Group, "class", 0.2, 0.2, 1), Table(["a", null], [1, 2])));

        Assert.AreEqual("a.csv: a row has no value in 'class', by which dataset.split divides the rows; have one of dataset.steps fill it in or leave such rows out, or divide by another column", refusal.Message);
    }

    [TestMethod]
    public void Neither_the_order_of_rows_nor_their_division_over_files_changes_a_rows_split() => Check.QuickThrowOnFailure(
        Prop.ForAll<(byte Class, byte Number)[], int, bool>((rows, cut, isStratified) =>
        {
            SplitRule rule = isStratified ? new(SplitBy.Stratified, "class", 0.3, 0.2, 5) : new(SplitBy.Fraction, null, 0.3, 0.2, 5);
            TableBatch whole = OfRows(rows);
            Dictionary<(byte, byte), Split> wanted = rows.Zip(SplitOf(rule, whole)).GroupBy(row => row.First).ToDictionary(row => row.Key, row => row.First().Second);
            (byte, byte)[] turned = [.. rows.Reverse()];
            int at = rows.Length == 0 ? 0 : (int)((uint)cut % (uint)rows.Length);
            TableBatch[] parts = [OfRows(turned[..at]), OfRows(turned[at..])];
            return turned.Zip(SplitOf(rule, parts)).All(row => wanted[row.First] == row.Second);
        }));

    private static TableBatch OfRows((byte Class, byte Number)[] rows) =>
        Table([.. rows.Select(row => $"c{row.Class % 3}:{row.Class}"[..2])], [.. rows.Select(row => (row.Class * 256.0) + row.Number)]);

    private static TableBatch Table(string?[] classes, double[] numbers) => new(numbers.Length, new Dictionary<string, ColumnValues>(StringComparer.Ordinal)
    {
        ["class"] = new(ColumnType.Categorical, default, classes),
        ["number"] = new(ColumnType.Numeric, numbers, default),
    });

    private static Split[] SplitOf(SplitRule rule, params TableBatch[] parts)
    {
        // As it is done over files: each part's keys are written, and read where the bounds are found.
        var all = new SplitKeys();
        foreach (TableBatch part in parts)
        {
            var keys = new SplitKeys();
            foreach ((string @class, ulong key) in new RowSplitter(rule).Keys(part, "a.csv"))
            {
                keys.Add(@class, key);
            }

            using var stream = new MemoryStream();
            keys.Write(stream);
            stream.Position = 0;
            all.Read(stream);
        }

        var splitter = new RowSplitter(rule, rule.NeedsKeys ? all.Bounds(rule) : RowSplitter.FixedBounds(rule));
        return [.. parts.SelectMany(part => splitter.Splits(part, "a.csv"))];
    }
}
