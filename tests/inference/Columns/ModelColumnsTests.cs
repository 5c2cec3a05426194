using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using DurableMl.Features.Schemas;
using DurableMl.Features.Splits;
using DurableMl.Features.Tables;
using DurableMl.Features.Transforms;
using DurableMl.Registry;

namespace Inference.Tests.Columns;

/// <summary>Requests that name a table's columns, against a model with the transform that it was trained behind.</summary>
[TestClass]
public sealed class ModelColumnsTests
{
    private const string Table = "island,mass,tagged,seen,species\nBiscoe,3750.5,yes,2026-01-02,Adelie\nDream,NA,no,2026-03-04,Gentoo\nNA,5000,,2026-05-06,Adelie\n";

    private const string Columns = """
        {"inputs": [
          {"name": "island", "datatype": "BYTES", "shape": [3], "data": ["Biscoe", "Dream", null]},
          {"name": "mass", "datatype": "FP64", "shape": [3], "data": [3750.5, null, 5000]},
          {"name": "tagged", "datatype": "BYTES", "shape": [3], "data": ["yes", "no", ""]},
          {"name": "seen", "datatype": "BYTES", "shape": [3], "data": ["2026-01-02", "2026-03-04", "2026-05-06"]}
        ]}
        """;

    [TestMethod]
    public async Task The_network_gets_the_very_numbers_that_preprocessing_made_of_the_same_rows()
    {
        await using InferenceHost host = await InferenceHost.StartAsync();
        (FittedTransform transform, TableBatch rows) = await FitAsync(LearningTask.Regression, "mass");
        // The network answers with its own input, one target for each number.
        FittedTransform echo = transform with { Targets = [.. Enumerable.Range(0, transform.Width).Select(i => new FittedTarget($"n{i}", null, 0, 1))] };
        await PublishAsync(host, echo, OnnxModel.Linear(Identity(transform.Width)));

        JsonNode answer = await InferAsync(host, WithoutMass());

        float[] prepared = transform.Apply(rows, "a.csv");
        for (int i = 0; i < transform.Width; i++)
        {
            float[] served = [.. Output(answer, $"n{i}").Select(value => value!.GetValue<float>())];
            CollectionAssert.AreEqual(prepared.Where((_, at) => at % transform.Width == i).ToArray(), served, $"number {i} of each row");
        }
    }

    [TestMethod]
    public async Task Labels_come_back_as_text_with_scores()
    {
        await using InferenceHost host = await InferenceHost.StartAsync();
        (FittedTransform transform, _) = await FitAsync(LearningTask.Classification, "species");
        await PublishAsync(host, transform, OnnxModel.Linear(FirstAgainstSecond(transform.Width)));

        JsonNode answer = await InferAsync(host, Columns);

        CollectionAssert.AreEqual(new[] { "Adelie", "Gentoo", "Adelie" }, Output(answer, "label").Select(label => (string)label!).ToArray());
        double[] scores = [.. Output(answer, "scores").Select(score => score!.GetValue<double>())];
        Assert.HasCount(6, scores);
        Assert.AreEqual(1, scores[0] + scores[1], 1e-6);
        Assert.AreEqual(1 / (1 + Math.Exp(-2)), scores[0], 1e-6, "Biscoe speaks for Adelie by a logit of 2");
    }

    [TestMethod]
    public async Task Of_several_labels_those_above_the_threshold_come_back_as_the_raw_data_may_have_them()
    {
        await using InferenceHost host = await InferenceHost.StartAsync();
        (FittedTransform fitted, _) = await FitAsync(LearningTask.Classification, "species");
        FittedTransform transform = fitted with { Task = LearningTask.MultiLabel, LabelSeparator = "|", Targets = [new FittedTarget("tags", ["large", "tame"])] };
        float[,] weights = FirstAgainstSecond(transform.Width);
        (weights[1, 0], weights[0, 1]) = (-1, 1);
        await PublishAsync(host, transform, OnnxModel.Linear(weights));

        JsonNode answer = await InferAsync(host, Columns);
        JsonNode careful = await InferAsync(host, Columns.Replace("{\"inputs\"", "{\"parameters\": {\"threshold\": 0.8}, \"inputs\"", StringComparison.Ordinal));
        string refusal = await RefusalAsync(host, Columns.Replace("{\"inputs\"", "{\"parameters\": {\"threshold\": 2}, \"inputs\"", StringComparison.Ordinal));

        CollectionAssert.AreEqual(new[] { "large|tame", "tame", "large|tame" }, Output(answer, "labels").Select(label => (string)label!).ToArray());
        CollectionAssert.AreEqual(new[] { "large", "tame", "" }, Output(careful, "labels").Select(label => (string)label!).ToArray());
        Assert.AreEqual(1 / (1 + Math.Exp(-2)), Output(answer, "scores")[0]!.GetValue<double>(), 1e-6);
        Assert.StartsWith("parameters.threshold: must be a number from 0 to 1", refusal);
    }

    [TestMethod]
    [DataRow("{\"inputs\":[{\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":[1,5],\"data\":[1,0,0,0,0]}]}", "")]
    [DataRow("{\"inputs\":[{\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":[1,5],\"data\":[1,0,0,0,0]}]}", "?raw=true")]
    public async Task The_network_itself_can_be_asked(string body, string query)
    {
        await using InferenceHost host = await InferenceHost.StartAsync();
        (FittedTransform transform, _) = await FitAsync(LearningTask.Classification, "species");
        await PublishAsync(host, transform, OnnxModel.Linear(FirstAgainstSecond(transform.Width)));
        string input = (string)(await host.Client.GetFromJsonAsync<JsonNode>("v2/models/penguins"))!["inputs"]![0]!["name"]!;

        JsonNode answer = await InferAsync(host, body.Replace("\"input\"", $"\"{input}\"", StringComparison.Ordinal), query);

        CollectionAssert.AreEqual(new float[] { 2, 0 }, answer["outputs"]![0]!["data"]!.AsArray().Select(value => value!.GetValue<float>()).ToArray(), "logits, not scores");
    }

    [TestMethod]
    public async Task Metadata_shows_columns_categories_and_labels()
    {
        await using InferenceHost host = await InferenceHost.StartAsync();
        (FittedTransform transform, _) = await FitAsync(LearningTask.Classification, "species");
        await PublishAsync(host, transform, OnnxModel.Linear(FirstAgainstSecond(transform.Width)));

        JsonNode signature = (await host.Client.GetFromJsonAsync<JsonNode>("v2/models/penguins"))!["signature"]!;

        CollectionAssert.AreEqual(new[] { "island", "mass", "tagged", "seen" }, signature["columns"]!.AsArray().Select(column => (string)column!["name"]!).ToArray());
        Assert.AreEqual("categorical", (string)signature["columns"]![0]!["type"]!);
        CollectionAssert.AreEqual(new[] { "Biscoe", "Dream" }, signature["columns"]![0]!["categories"]!.AsArray().Select(category => (string)category!).ToArray());
        CollectionAssert.AreEqual(new[] { "Adelie", "Gentoo" }, signature["targets"]![0]!["labels"]!.AsArray().Select(label => (string)label!).ToArray());
    }

    [TestMethod]
    [DataRow("island", "inputs: the columns 'island' are missing; a value that is not known is null, or an empty text. The network's own input is ")]
    [DataRow("island,mass", "inputs: the columns 'island', 'mass' are missing")]
    public async Task A_column_that_is_missing_is_named(string left, string refusal)
    {
        await using InferenceHost host = await InferenceHost.StartAsync();
        (FittedTransform transform, _) = await FitAsync(LearningTask.Classification, "species");
        await PublishAsync(host, transform, OnnxModel.Linear(FirstAgainstSecond(transform.Width)));
        JsonNode request = JsonNode.Parse(Columns)!;
        request["inputs"] = new JsonArray([.. request["inputs"]!.AsArray().Where(input => !left.Split(',').Contains((string)input!["name"]!)).Select(input => input!.DeepClone())]);

        StringAssert.StartsWith(await RefusalAsync(host, request.ToJsonString()), refusal);
    }

    [TestMethod]
    public async Task A_value_that_is_not_of_its_columns_type_is_named_with_its_row()
    {
        await using InferenceHost host = await InferenceHost.StartAsync();
        (FittedTransform transform, _) = await FitAsync(LearningTask.Classification, "species");
        await PublishAsync(host, transform, OnnxModel.Linear(FirstAgainstSecond(transform.Width)));

        StringAssert.StartsWith(
            await RefusalAsync(host, Columns.Replace("2026-03-04", "yesterday", StringComparison.Ordinal)), "inputs, row 2: column 'seen' should hold an ISO 8601 time, not 'yesterday'");
        StringAssert.StartsWith(
            await RefusalAsync(host, Columns.Replace("\"shape\": [3], \"data\": [3750.5, null, 5000]", "\"shape\": [2], \"data\": [3750.5, null]", StringComparison.Ordinal)),
            "inputs[1].shape: is [2]; every column needs [3]");
    }

    [TestMethod]
    public async Task Null_is_no_text_for_a_model_that_takes_none_for_missing()
    {
        await using InferenceHost host = await InferenceHost.StartAsync();
        await host.PublishAsync("words", OnnxModel.Unary("Identity", 8, "batch"));

        using HttpResponseMessage response = await host.Client.PostAsync(
            new Uri("v2/models/words/infer", UriKind.Relative),
            new StringContent("""{"inputs":[{"name":"x","datatype":"BYTES","shape":[2],"data":["a",null]}]}""", Encoding.UTF8, "application/json"));

        Assert.AreEqual(HttpStatusCode.BadRequest, response.StatusCode);
        StringAssert.Contains(await response.Content.ReadAsStringAsync(), "inputs[0].data[1]: null is not a string, as BYTES in JSON must be.");
    }

    private static string WithoutMass()
    {
        JsonNode request = JsonNode.Parse(Columns)!;
        request["inputs"]!.AsArray().RemoveAt(1);
        return request.ToJsonString();
    }

    private static async Task<(FittedTransform Transform, TableBatch Rows)> FitAsync(LearningTask task, string target)
    {
        (string Name, ColumnType Type)[] columns = [("island", ColumnType.Categorical), ("mass", ColumnType.Numeric), ("tagged", ColumnType.Boolean), ("seen", ColumnType.DateTime)];
        var plan = new TableTransform(
            TableSchema.UsualMissing, [.. columns.Where(column => column.Name != target).Select(column => ColumnTransform.Usual(column.Name, column.Type))], task, [target]);
        var source = new TableSource("a.csv", new TableFileType(TableFormat.Csv, Compressed: false), new MemoryStream(Encoding.UTF8.GetBytes(Table)));
        TableBatch? rows = null;
        await foreach (TableBatch batch in TableReader.ReadAsync(source, plan.Schema()))
        {
            rows = batch;
        }

        var statistics = new TableStatistics();
        TableBatch taught = plan.WithTargets(rows!);
        statistics.Add(plan, taught, new Split[taught.Rows]);
        return (plan.Fit(statistics), rows!);
    }

    private static async Task PublishAsync(InferenceHost host, FittedTransform transform, byte[] network)
    {
        ModelManifest version = await host.Registry.PublishAsync(new ModelPublication(
            "penguins", new ModelLineage(Guid.NewGuid().ToString()), [ModelSource.FromBytes("model.onnx", network), ModelSource.FromBytes("transform.json", transform.ToUtf8())])
        {
            Transform = "transform.json",
        });
        await host.Registry.SetAliasAsync("penguins", "champion", version.Version);
    }

    private static float[,] Identity(int width)
    {
        var weights = new float[width, width];
        for (int i = 0; i < width; i++)
        {
            weights[i, i] = 1;
        }

        return weights;
    }

    // The first column's first category speaks for the first label, its second for the second.
    private static float[,] FirstAgainstSecond(int width)
    {
        var weights = new float[width, 2];
        weights[0, 0] = 2;
        weights[1, 1] = 2;
        return weights;
    }

    private static async Task<JsonNode> InferAsync(InferenceHost host, string body, string query = "")
    {
        using HttpResponseMessage response = await host.Client.PostAsync(new Uri("v2/models/penguins/infer" + query, UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));
        string answer = await response.Content.ReadAsStringAsync();
        Assert.AreEqual(HttpStatusCode.OK, response.StatusCode, answer);
        return JsonNode.Parse(answer)!;
    }

    private static async Task<string> RefusalAsync(InferenceHost host, string body)
    {
        using HttpResponseMessage response = await host.Client.PostAsync(new Uri("v2/models/penguins/infer", UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));
        string answer = await response.Content.ReadAsStringAsync();
        Assert.AreEqual(HttpStatusCode.BadRequest, response.StatusCode, answer);
        return (string)JsonNode.Parse(answer)!["error"]!;
    }

    private static JsonArray Output(JsonNode answer, string name) => answer["outputs"]!.AsArray().Single(output => (string)output!["name"]! == name)!["data"]!.AsArray();
}
