using System.Globalization;
using DurableMl.Features.Schemas;
using DurableMl.Features.Splits;
using DurableMl.Features.Tables;
using DurableMl.Features.Transforms;
using FsCheck;
using FsCheck.Fluent;
using static Features.Tests.TableText;

namespace Features.Tests.Transforms;

[TestClass]
public class TransformTests
{
    private const string Penguins = "species,island,mass,tagged,note\nAdelie,Biscoe,1,yes,small bird\nGentoo,Dream,3,no,Large BIRD\nAdelie,NA,NA,,\n,Dream,5,yes,lost\n";

    private static readonly TableTransform Plan = new(
        TableSchema.UsualMissing,
        [
            ColumnTransform.Usual("island", ColumnType.Categorical),
            ColumnTransform.Usual("mass", ColumnType.Numeric),
            ColumnTransform.Usual("tagged", ColumnType.Boolean),
            ColumnTransform.Usual("note", ColumnType.Text) with { Buckets = 4 },
        ],
        LearningTask.Classification,
        ["species"]);

    [TestMethod]
    public async Task Columns_become_numbers_side_by_side_and_labels_their_numbers()
    {
        (FittedTransform transform, TableBatch batch) = await FitAsync(Plan, Penguins);
        float[] numbers = transform.Apply(batch, "a.csv");

        Assert.AreEqual(2 + 1 + 1 + 4, transform.Width);
        CollectionAssert.AreEqual(new[] { "Biscoe", "Dream" }, transform.Features[0].Categories!.ToArray());
        CollectionAssert.AreEqual(new float[] { 1, 0, -1, 1 }, numbers[..4]);
        CollectionAssert.AreEqual(new float[] { 0, 1, 1, 0 }, numbers[8..12]);
        Assert.AreEqual(1, numbers[12..16].Sum(value => value * value), 1e-6, "hashed words have length 1");
        CollectionAssert.AreEqual(new float[] { 0, 0, 0, 0, 0, 0, 0, 0 }, numbers[16..24], "a missing category is unknown, a missing number the mean, a missing flag the more frequent");
        CollectionAssert.AreEqual(new long[] { 0, 1, 0, -1 }, transform.Labels(batch));
    }

    [TestMethod]
    public async Task A_row_without_a_target_teaches_nothing()
    {
        (FittedTransform transform, _) = await FitAsync(Plan, Penguins);

        Assert.AreEqual(2, transform.Features[1].Offset, "the mean of 1 and 3, without the 5 of a row that has no species");
    }

    [TestMethod]
    public async Task What_was_not_in_the_training_split_has_a_declared_behaviour()
    {
        TableTransform plan = Plan with { Features = [new("island", ColumnType.Categorical, ColumnEncoding.Ordinal, MissingRule.MostFrequent), Plan.Features[0], Plan.Features[1] with { Encoding = ColumnEncoding.MinMax }] };
        (FittedTransform transform, _) = await FitAsync(plan, Penguins);
        TableBatch batch = await OneAsync(Source("b.csv", "island,mass\nTorgersen,9\nNA,2\n"), transform.Schema with { Columns = [.. transform.Schema.Columns.DistinctBy(column => column.Name)] });

        CollectionAssert.AreEqual(new float[] { 0, 0, 0, 4, 1, 0, 0, 0.5f }, transform.Apply(batch, "b.csv"), "unknown is 0; Biscoe, the first of the two most frequent, stands in");
    }

    [TestMethod]
    public async Task A_constant_stands_in_where_the_pipeline_says_so_and_error_refuses()
    {
        TableTransform plan = Plan with
        {
            Features =
            [
                new("island", ColumnType.Categorical, ColumnEncoding.OneHot, MissingRule.Constant) { Constant = "Dream" },
                new("mass", ColumnType.Numeric, ColumnEncoding.None, MissingRule.Constant) { Constant = "-1" },
            ],
        };
        (FittedTransform transform, TableBatch batch) = await FitAsync(plan, Penguins);
        (FittedTransform strict, _) = await FitAsync(plan with { Features = [plan.Features[1] with { Missing = MissingRule.Error }] }, Penguins);

        CollectionAssert.AreEqual(new float[] { 0, 1, -1 }, transform.Apply(batch, "a.csv")[6..9]);
        Assert.AreEqual(
            "a.csv: column 'mass' has no value in a row, and its rule for missing values is error", Assert.ThrowsExactly<TableFormatException>(() => strict.Apply(batch, "a.csv")).Message);
    }

    [TestMethod]
    public async Task What_cannot_be_fitted_is_named()
    {
        const string Table = "a,b,c\n1,,x\n2,,x\n";
        var features = new[] { ColumnTransform.Usual("b", ColumnType.Numeric) };

        Assert.AreEqual(
            "column 'b': has no value in the training split; give it the type ignored",
            await RefusalAsync(new TableTransform(TableSchema.UsualMissing, features, LearningTask.Regression, ["a"]), Table));
        Assert.AreEqual(
            "target 'c': has one label only, 'x'; there is nothing to tell apart",
            await RefusalAsync(new TableTransform(TableSchema.UsualMissing, [ColumnTransform.Usual("a", ColumnType.Numeric)], LearningTask.Classification, ["c"]), Table));

        static async Task<string> RefusalAsync(TableTransform plan, string table) =>
            (await Assert.ThrowsExactlyAsync<TableFormatException>(() => FitAsync(plan, table))).Message;
    }

    [TestMethod]
    [DataRow(100_000, "target 'kind': has 100000 labels; at most 1000 are told apart")]
    [DataRow(100_001, "column 'kind': has more than 100000 categories")]
    public async Task A_hundred_thousand_classes_are_refused(int classes, string refusal)
    {
        var plan = new TableTransform(TableSchema.UsualMissing, [ColumnTransform.Usual("x", ColumnType.Numeric)], LearningTask.Classification, ["kind"]);
        string content = "x,kind\n" + string.Concat(Enumerable.Range(0, classes).Select(i => $"{i},class {i}\n"));
        var statistics = new TableStatistics();

        TableFormatException refused = await Assert.ThrowsExactlyAsync<TableFormatException>(async () =>
        {
            foreach (TableBatch batch in await ReadAsync(Source("a.csv", content), plan.Schema()))
            {
                TableBatch rows = plan.WithTargets(batch);
                statistics.Add(plan, rows, new Split[rows.Rows]);
            }

            plan.Fit(statistics);
        });

        Assert.StartsWith(refusal, refused.Message);
    }

    [TestMethod]
    public async Task A_transform_survives_its_file()
    {
        (FittedTransform transform, TableBatch batch) = await FitAsync(Plan, Penguins);
        FittedTransform read = FittedTransform.Parse(transform.ToUtf8());

        CollectionAssert.AreEqual(transform.ToUtf8(), read.ToUtf8());
        CollectionAssert.AreEqual(transform.Apply(batch, "a.csv"), read.Apply(batch, "a.csv"));
        Assert.ThrowsExactly<InvalidDataException>(() => FittedTransform.Parse("""{"format": "durableml-transform/9"}"""u8));
    }

    [TestMethod]
    public async Task A_regression_keeps_what_its_targets_are_measured_in()
    {
        (FittedTransform transform, TableBatch batch) = await FitAsync(
            new TableTransform(TableSchema.UsualMissing, [ColumnTransform.Usual("island", ColumnType.Categorical)], LearningTask.Regression, ["mass"]), Penguins);

        Assert.AreEqual(new FittedTarget("mass", null, 3, Math.Sqrt(8.0 / 3)), transform.Targets[0]);
        CollectionAssert.AreEqual(new[] { 1, 3, float.NaN, 5 }, transform.Values(batch));
    }

    [TestMethod]
    public void Figures_of_parts_add_up_to_those_of_the_whole() => Check.QuickThrowOnFailure(Prop.ForAll<int[], int>((values, cut) =>
    {
        int at = values.Length == 0 ? 0 : (int)((uint)cut % (uint)values.Length);
        ColumnStatistics whole = StatisticsOf(values);
        ColumnStatistics parts = StatisticsOf(values[..at]);
        parts.Add(StatisticsOf(values[at..]), "x");
        return whole.Count == parts.Count && whole.Minimum == parts.Minimum && whole.Maximum == parts.Maximum
            && Math.Abs(whole.Mean - parts.Mean) <= 1e-9 * Math.Max(1, Math.Abs(whole.Mean))
            && Math.Abs(whole.Deviation - parts.Deviation) <= 1e-9 * Math.Max(1, whole.Deviation);
    }));

    [TestMethod]
    public void Every_format_gives_the_same_numbers() => Check.QuickThrowOnFailure(Prop.ForAll<(int Size, byte Kind)[]>(rows =>
    {
        if (rows.DistinctBy(row => row.Kind % 4).Count() < 2)
        {
            return true;
        }

        string csv = "kind,size\n" + string.Concat(rows.Select(row => $"k{row.Kind % 4},{row.Size / 8.0:R}\n"));
        string json = "[" + string.Join(',', rows.Select(row => string.Create(CultureInfo.InvariantCulture, $"{{\"size\":{row.Size / 8.0:R},\"kind\":\"k{row.Kind % 4}\"}}"))) + "]";
        var plan = new TableTransform(TableSchema.UsualMissing, [ColumnTransform.Usual("size", ColumnType.Numeric)], LearningTask.Classification, ["kind"]);
        (FittedTransform fromCsv, TableBatch csvRows) = FitAsync(plan, csv).GetAwaiter().GetResult();
        (FittedTransform fromJson, TableBatch jsonRows) = FitAsync(plan, json, "a.json").GetAwaiter().GetResult();
        return fromCsv.ToUtf8().SequenceEqual(fromJson.ToUtf8()) && fromCsv.Apply(csvRows, "a").SequenceEqual(fromJson.Apply(jsonRows, "b"));
    }));

    [TestMethod]
    public async Task A_vocabulary_has_the_most_frequent_words_of_the_training_split_and_no_others_count()
    {
        TableTransform plan = Plan with { Features = [ColumnTransform.Usual("note", ColumnType.Text) with { Encoding = ColumnEncoding.Vocabulary, Words = 2 }] };
        const string Rows = "species,note\na,Small bird\nb,large BIRD bird\na,small; large\nb,large\na,\n";
        (FittedTransform fitted, TableBatch batch) = await FitAsync(plan, Rows);
        FittedTransform transform = FittedTransform.Parse(fitted.ToUtf8());

        CollectionAssert.AreEqual(new[] { "bird", "large" }, transform.Features[0].Categories!.ToArray(), "of words in as many texts, the first by name");
        float half = (float)Math.Sqrt(0.2);
        float[] numbers = transform.Apply(batch, "a.csv");
        float[] wanted = [1, 0, 2 * half, half, 0, 1, 0, 1, 0, 0];
        Assert.IsTrue(numbers.Zip(wanted, (number, should) => Math.Abs(number - should) < 1e-6).All(same => same), string.Join(", ", numbers));
    }

    [TestMethod]
    public async Task Words_in_their_order_are_numbered_by_a_vocabulary_up_to_a_length()
    {
        TableTransform plan = Plan with
        {
            Features =
            [
                ColumnTransform.Usual("mass", ColumnType.Numeric) with { Encoding = ColumnEncoding.None },
                ColumnTransform.Usual("note", ColumnType.Text) with { Encoding = ColumnEncoding.Tokens, Words = 2, Length = 3 },
                new("island", ColumnType.Categorical, ColumnEncoding.Ordinal, MissingRule.Unknown),
            ],
        };
        const string Rows = "species,island,mass,note\na,x,1,Small bird\nb,y,2,large BIRD bird large\na,x,3,\nb,y,4,large\n";
        (FittedTransform fitted, TableBatch batch) = await FitAsync(plan, Rows);
        FittedTransform transform = FittedTransform.Parse(fitted.ToUtf8());

        CollectionAssert.AreEqual(new[] { "bird", "large" }, transform.Features[1].Categories!.ToArray());
        CollectionAssert.AreEqual(new float[] { 1, 1, 2, 0, 1, 2, 3, 2, 2, 2, 3, 0, 0, 0, 1, 4, 3, 0, 0, 2 }, transform.Apply(batch, "a.csv"));
        CollectionAssert.AreEqual(new[] { new IndexSpan(1, 3, 4), new IndexSpan(4, 1, 3) }, transform.Indices!.ToArray());
    }

    [TestMethod]
    public async Task A_row_of_nothing_but_numbers_has_no_places_in_lists() => Assert.IsNull((await FitAsync(Plan, Penguins)).Item1.Indices);

    [TestMethod]
    public void A_vocabulary_stays_bounded_and_keeps_what_is_frequent()
    {
        var words = new Dictionary<string, long>(StringComparer.Ordinal);
        for (int i = 0; i < 450_000; i += 50_000)
        {
            TextWords.Add(words, string.Join(' ', Enumerable.Range(i, 50_000).Select(word => $"w{word}")) + " often");
        }

        Assert.IsLessThanOrEqualTo(200_000, words.Count);
        Assert.AreEqual(9, words["often"]);
    }

    [TestMethod]
    [DataRow("a.csv", "x,tags\n1,b; a ;b\n2,\n3,NA\n4,c\n")]
    [DataRow("a.json", """[{"x": 1, "tags": ["b", "a", "b"]}, {"x": 2, "tags": []}, {"x": 3, "tags": null}, {"x": 4, "tags": ["c"]}]""")]
    public async Task Several_labels_of_a_row_are_a_list_or_a_text_and_none_is_not_unknown(string name, string content)
    {
        var plan = new TableTransform(TableSchema.UsualMissing, [ColumnTransform.Usual("x", ColumnType.Numeric)], LearningTask.MultiLabel, ["tags"]);
        (FittedTransform transform, TableBatch batch) = await FitAsync(plan, content, name);

        CollectionAssert.AreEqual(new[] { "a", "b", "c" }, transform.Targets[0].Labels!.ToArray());
        CollectionAssert.AreEqual(new float[] { 1, 1, 0, 0, 0, 0, 0, 0, 1 }, transform.LabelMatrix(plan.WithTargets(batch)));
    }

    [TestMethod]
    public async Task A_label_that_holds_the_separator_is_refused() => StringAssert.StartsWith(
        await RefusalAsync(Source("a.json", """[{"tags": ["a;b"]}]"""), Schema(("tags", ColumnType.Labels))), "a.json, row 1: column 'tags' has the label 'a;b', which holds ';'");

    private static ColumnStatistics StatisticsOf(int[] values)
    {
        var statistics = new ColumnStatistics();
        var column = new ColumnValues(ColumnType.Numeric, values.Select(value => (double)value).ToArray(), default);
        statistics.Add("x", column, new Split[values.Length], trainOnly: true, withWords: false);
        return statistics;
    }

    private static async Task<(FittedTransform Transform, TableBatch Batch)> FitAsync(TableTransform plan, string content, string name = "a.csv")
    {
        TableSchema schema = plan.Schema();
        TableBatch batch = await OneAsync(Source(name, content), schema with { Columns = [.. schema.Columns.DistinctBy(column => column.Name)] });
        var statistics = new TableStatistics();
        TableBatch rows = plan.WithTargets(batch);
        statistics.Add(plan, rows, new Split[rows.Rows]);
        return (plan.Fit(statistics), batch);
    }
}
