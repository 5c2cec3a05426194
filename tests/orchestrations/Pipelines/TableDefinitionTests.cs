using System.Text.Json.Nodes;
using DurableMl.Features.Schemas;
using DurableMl.Features.Splits;
using DurableMl.Features.Tables;
using DurableMl.Features.Transforms;
using DurableMl.Orchestrations.Pipelines;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Pipelines;

[TestClass]
public class TableDefinitionTests
{
    [TestMethod]
    public void A_target_is_all_that_has_to_be_said()
    {
        TableDefinition table = PipelineJson.Definition(pipeline => pipeline["dataset"] = Dataset("""{"target": "kind"}""")).Dataset.Table!;

        CollectionAssert.AreEqual(new[] { "kind" }, table.Targets.ToArray());
        Assert.IsNull(table.Task);
        Assert.IsTrue(table.SplitFollows);
        Assert.AreEqual(new SplitRule(SplitBy.Fraction, null, 0.15, 0.15, 3), table.Split);
        CollectionAssert.AreEqual(TableSchema.UsualMissing.ToArray(), table.Missing.ToArray());
    }

    [TestMethod]
    public void All_that_can_be_said_is_read()
    {
        TableDefinition table = PipelineJson.Definition(pipeline => pipeline["dataset"] = Dataset("""
            {
              "target": ["a", "b"], "task": "regression", "missing": ["?"],
              "columns": {
                "c": {"type": "categorical", "encode": "ordinal", "missing": "mostFrequent"},
                "n": {"type": "numeric", "encode": "minMax", "fill": -1},
                "t": {"type": "text", "buckets": 16},
                "x": {"type": "ignored"}
              },
              "split": {"by": "time", "column": "when", "validation": 0.2, "test": 0.1}
            }
            """)).Dataset.Table!;

        Assert.AreEqual(LearningTask.Regression, table.Task);
        Assert.AreEqual(new SplitRule(SplitBy.Time, "when", 0.2, 0.1, 3), table.Split);
        Assert.AreEqual(new TableColumnDefinition(ColumnType.Categorical, ColumnEncoding.Ordinal, MissingRule.MostFrequent), table.Columns["c"]);
        Assert.AreEqual(new TableColumnDefinition(ColumnType.Numeric, ColumnEncoding.MinMax, MissingRule.Constant, "-1"), table.Columns["n"]);
        Assert.AreEqual(new TableColumnDefinition(ColumnType.Text, Buckets: 16), table.Columns["t"]);
    }

    [TestMethod]
    [DataRow("""{}""", "$.dataset.target", "is required")]
    [DataRow("""{"target": 7}""", "$.dataset.target", "must be a string or an array of 1 to 100 different strings")]
    [DataRow("""{"target": ["a", "b"], "task": "classification"}""", "$.dataset.target", "must be one column for a classification")]
    [DataRow("""{"target": "a", "task": "clustering"}""", "$.dataset.task", "must be one of classification, regression, multiLabel")]
    [DataRow("""{"target": "a", "columns": {"b": {"type": "number"}}}""", "$.dataset.columns.b.type", "must be one of numeric, categorical, boolean, datetime, text, ignored")]
    [DataRow("""{"target": "a", "columns": {"b": {"type": "numeric", "encode": "oneHot"}}}""", "$.dataset.columns.b.encode", "must be one of standardize, minMax, none")]
    [DataRow("""{"target": "a", "columns": {"b": {"type": "ignored", "encode": "oneHot"}}}""", "$.dataset.columns.b.encode", "says something of a column that is not read")]
    [DataRow("""{"target": "a", "columns": {"b": {"fill": 1, "missing": "mean"}}}""", "$.dataset.columns.b.fill", "is one rule for missing values")]
    [DataRow("""{"target": "a", "columns": {"a": {"type": "text"}}}""", "$.dataset.columns", "names the target 'a'")]
    [DataRow("""{"target": "a", "split": {"by": "group"}}""", "$.dataset.split.column", "is required")]
    [DataRow("""{"target": "a", "task": "regression", "split": {"by": "stratified"}}""", "$.dataset.split.by", "can be stratified only for a classification")]
    [DataRow("""{"target": "a", "split": {"validation": 0.5, "test": 0.45}}""", "$.dataset.split.test", "leaves less than a tenth")]
    [DataRow("""{"target": "a", "shards": 4}""", "$.dataset.shards", "is not known here")]
    public void What_is_wrong_is_named_with_its_path(string dataset, string path, string reason)
    {
        JsonObject pipeline = PipelineJson.Example();
        pipeline["dataset"] = Dataset(dataset);
        PipelineReading reading = PipelineJson.Read(pipeline);

        Assert.IsTrue(
            reading.Errors.Any(error => error.Path == path && error.Reason.Contains(reason, StringComparison.Ordinal)),
            string.Join("; ", reading.Errors));
    }

    private static JsonObject Dataset(string table)
    {
        JsonObject dataset = JsonNode.Parse(table)!.AsObject();
        dataset["name"] = "ds";
        dataset["format"] = "table";
        dataset["source"] = "raw/ds/";
        dataset["seed"] = 3;
        return dataset;
    }
}
