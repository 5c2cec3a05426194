using System.Text.Json;

namespace Bicep.Tests.Queries;

/// <summary>The queries of the workbook and of the alerts, against what the app emits.</summary>
[TestClass]
public sealed class QueryTests
{
    private static readonly Schema Emitted = Schema.OfApp();

    public TestContext TestContext { get; set; } = null!;

    public static IEnumerable<object[]> Files => Directory.EnumerateFiles(Path.Combine(Compiler.Folder, "queries")).Select(file => new object[] { Path.GetFileName(file) });

    [TestMethod]
    [DynamicData(nameof(Files))]
    public async Task Every_table_column_metric_and_attribute_of_a_query_is_one_that_is_emitted(string file)
    {
        string query = await File.ReadAllTextAsync(Path.Combine(Compiler.Folder, "queries", file), TestContext.CancellationToken);
        Assert.AreEqual("", string.Join('\n', KqlCheck.Run(query, Emitted, out _)));
        StringAssert.StartsWith(query, "// ", "A query says what it shows.");
    }

    [TestMethod]
    [DataRow("AppMetrik | take 5", "there is no table AppMetrik")]
    [DataRow("""AppMetrics | where Name == "durableml.rums" """, "no metric is called durableml.rums")]
    [DataRow("""AppMetrics | where Name in ("durableml.runs", "durableml.walks")""", "no metric is called durableml.walks")]
    [DataRow("AppMetrics | summarize sum(Value)", "there is no column Value")]
    [DataRow("AppMetrics | summarize Runs = sum(Sum) by Name | where Sum > 1", "there is no column Sum")]
    [DataRow("AppMetrics | project Name | order by TimeGenerated", "there is no column TimeGenerated")]
    [DataRow("""AppMetrics | where Name == "durableml.runs" | extend S = tostring(Properties["stat"])""", "nobody sets the property stat")]
    [DataRow("""AppMetrics | where Name == "durableml.inference.duration" | extend S = tostring(Properties["model_name"])""", "nobody sets the property model_name")]
    [DataRow("""AppTraces | where Properties["Stage"] == "Failed" """, "nobody sets the property Stage")]
    [DataRow("AppMetrics | extend Total = sum(Sum)", "there is no function sum outside of summarize")]
    [DataRow("AppMetrics | summarize total(Sum)", "there is no function total")]
    [DataRow("AppMetrics | summarize Share = sumif(Sum)", "sumif takes 2 to 2 arguments, not 1")]
    [DataRow("AppMetrics | where Sum >", "a value is missing")]
    [DataRow("AppMetrics | where (Sum > 1", "')' is wanted")]
    [DataRow("AppMetrics where Sum > 1", "'|' is wanted")]
    [DataRow("AppMetrics | where Sum > 1; AppTraces", "';' at 26 begins nothing")]
    [DataRow("AppMetrics | mv-expand Properties", "the operator 'mv' is not known here")]
    public void A_broken_query_is_caught(string query, string error)
    {
        string errors = string.Join('\n', KqlCheck.Run(query, Emitted, out _));
        StringAssert.Contains(errors, error);
    }

    [TestMethod]
    public void The_app_s_meters_are_asked_and_not_copied()
    {
        Assert.IsTrue(Emitted.Metrics["durableml.runs"].SetEquals(["state"]));
        Assert.IsTrue(Emitted.Metrics["durableml.trial.attempts"].SetEquals(["job", "pool", "outcome"]));
        Assert.IsTrue(Emitted.Metrics["durableml.inference.errors"].IsSupersetOf(["model", "version"]));
        CollectionAssert.IsSubsetOf(new[] { "RunId", "State", "durableml.run.id" }, Emitted.LogProperties.ToArray());
    }

    [TestMethod]
    public void Attributes_of_metrics_have_few_values()
    {
        // A run, a trial, or a user's text as an attribute would make a time series of each.
        string[] unbounded = ["run", "runId", "trial", "pipeline", "dataset", "user", "durableml.run.id", "durableml.trial.id"];
        Assert.AreEqual("", string.Join(", ", Emitted.Metrics.Values.SelectMany(attributes => attributes).Intersect(unbounded, StringComparer.OrdinalIgnoreCase)));
    }

    [TestMethod]
    public async Task Every_query_is_deployed_and_every_deployed_one_is_a_file()
    {
        Deployment deployment = await Compiler.DeployAsync(
            Path.Combine(Compiler.Folder, "main.bicep"), "param environmentName = 'x'\nparam location = 'eastus'\nparam alertEmails = ['someone@example.com']", TestContext.CancellationToken);
        var deployed = new List<string>();
        JsonElement workbook = JsonElement.Parse(deployment.Of("Microsoft.Insights/workbooks").Single().Property("serializedData")!.Value.GetString()!);
        deployed.AddRange(workbook.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("content")).Where(content => content.TryGetProperty("query", out _)).Select(content => content.GetProperty("query").GetString()!));
        foreach (Resource rule in deployment.Of("Microsoft.Insights/scheduledQueryRules"))
        {
            JsonElement criterion = rule.Property("criteria", "allOf")!.Value.EnumerateArray().Single();
            string query = criterion.GetProperty("query").GetString()!;
            deployed.Add(query);
            KqlCheck.Run(query, Emitted, out IReadOnlySet<string> columns);
            Assert.Contains(criterion.GetProperty("metricMeasureColumn").GetString()!, columns, rule.Name);
            Assert.IsTrue(criterion.GetProperty("dimensions").EnumerateArray().All(dimension => columns.Contains(dimension.GetProperty("name").GetString()!)), rule.Name);
        }

        string[] files = [.. Directory.EnumerateFiles(Path.Combine(Compiler.Folder, "queries")).Select(File.ReadAllText)];
        CollectionAssert.AreEquivalent(files, deployed);
    }

    [TestMethod]
    public async Task Nobody_pays_for_alerts_that_reach_nobody()
    {
        Deployment deployment = await Compiler.DeployAsync(
            Path.Combine(Compiler.Folder, "main.bicep"), "param environmentName = 'x'\nparam location = 'eastus'", TestContext.CancellationToken);
        Assert.AreEqual(0, deployment.Of("Microsoft.Insights/scheduledQueryRules").Count());
        Assert.AreEqual(1, deployment.Of("Microsoft.Insights/workbooks").Count());
    }
}
