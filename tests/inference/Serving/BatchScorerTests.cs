using System.Text.Json.Nodes;
using DurableMl.Inference.Serving;
using DurableMl.Onnx;
using DurableMl.Registry;
using static Inference.Tests.InferClient;

namespace Inference.Tests.Serving;

[TestClass]
public sealed class BatchScorerTests
{
    private static InferenceHost host = null!;

    private static Task<RowScores> ScoreAsync(
        string model, ReadOnlyMemory<byte> rows, long[] shape, int batch, string? output = null, string type = "FP32", CancellationToken cancellationToken = default) =>
        Scorer.ScoreAsync(model, "1", new TensorValue("rows", TensorType.ByName[type], shape, rows), batch, output, cancellationToken);

    private static BatchScorer Scorer => host.Service<BatchScorer>();

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        host = await InferenceHost.StartAsync();
        await host.PublishAsync("linear", OnnxModel.Linear(new float[,] { { 1, 0, 1 }, { 0, 1, 1 } }));
        await host.PublishAsync("pairs", OnnxModel.Unary("Neg", OnnxModel.Float, 2, 2));
        await host.PublishAsync("total", new OnnxModel().Opset(11).Node("ReduceSum", ["x"], ["y"]).Input("x", OnnxModel.Float, "batch", 2).Output("y", OnnxModel.Float, "one", "two").ToArray());
        await host.PublishAsync("text", OnnxModel.Unary("Identity", 8, "batch"));
        await host.PublishAsync("regression", OnnxModel.Linear(new float[,] { { 2 }, { 10 } }));
        await host.PublishAsync("vector", new OnnxModel().Opset(11).Node("ReduceSum", ["x"], ["y"], ("axes", new long[] { 1 }), ("keepdims", 0))
            .Input("x", OnnxModel.Float, "batch", 2).Output("y", OnnxModel.Float, "batch").ToArray());
        await host.PublishAsync("labelled", new OnnxModel().Node("Identity", ["x"], ["p"]).Node("ArgMax", ["x"], ["best"], ("axis", 1), ("keepdims", 0)).Node("Add", ["best", "best"], ["label"])
            .Input("x", OnnxModel.Float, "batch", 3).Output("label", 7, "batch").Output("p", OnnxModel.Float, "batch", 3).ToArray());
        await host.PublishAsync("zipmap", ZipMap(8, ("classlabels_strings", new[] { "ant", "bee", "cow" })));
        await host.PublishAsync("embedding", OnnxModel.Unary("Neg", OnnxModel.Float, "batch", 2, 2));
    }

    [ClassCleanup]
    public static async Task StopAsync() => await host.DisposeAsync();

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(100)]
    public async Task Rows_keep_their_order_whatever_the_batch(int batch)
    {
        RowScores scores = await ScoreAsync("linear", Bytes(1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f, 9f, 10f), [5, 2], batch);

        CollectionAssert.AreEqual(new float[] { 1, 2, 3, 3, 4, 7, 5, 6, 11, 7, 8, 15, 9, 10, 19 }, scores.Numbers);
        CollectionAssert.AreEqual(new long[] { 3 }, scores.RowShape.ToArray());
        Assert.AreEqual(OutputRole.Scores, scores.Role);
    }

    [TestMethod]
    public async Task A_model_of_a_fixed_batch_gets_exactly_that_many_rows()
    {
        RowScores scores = await ScoreAsync("pairs", Bytes(1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f), [4, 2], batch: 3);
        CollectionAssert.AreEqual(new float[] { -1, -2, -3, -4, -5, -6, -7, -8 }, scores.Numbers);

        await Assert.ThrowsExactlyAsync<InvalidModelException>(() => ScoreAsync("pairs", Bytes(1f, 2f, 3f, 4f, 5f, 6f), [3, 2], batch: 3));
    }

    [TestMethod]
    public async Task No_rows_have_no_scores() => Assert.IsEmpty((await ScoreAsync("linear", ReadOnlyMemory<byte>.Empty, [0, 2], 10)).Numbers);

    [TestMethod]
    [DataRow(new long[] { 2, 3 })]
    [DataRow(new long[] { 6 })]
    [DataRow(new long[] { 2, 2 })]
    [DataRow(new long[] { })]
    public async Task Rows_that_do_not_fit_the_model_are_refused_with_both_shapes(long[] shape)
    {
        InvalidModelException e = await Assert.ThrowsExactlyAsync<InvalidModelException>(() => ScoreAsync("linear", Bytes(1f, 2f, 3f, 4f, 5f, 6f), shape, 10));

        Assert.Contains("[-1,2]", e.Message);
    }

    [TestMethod]
    public async Task Models_that_do_not_score_row_by_row_say_so()
    {
        InvalidModelException text = await Assert.ThrowsExactlyAsync<InvalidModelException>(() => ScoreAsync("text", Bytes(1, 1), [2], 10, type: "INT32"));
        Assert.Contains("one input of numbers", text.Message);
        InvalidModelException total = await Assert.ThrowsExactlyAsync<InvalidModelException>(() => ScoreAsync("total", Bytes(1f, 2f, 3f, 4f), [2, 2], 10));
        Assert.Contains("one row for each", total.Message);
    }

    [TestMethod]
    [DataRow("regression", new float[] { 22, 34, 46 })]
    [DataRow("vector", new float[] { 3, 5, 7 })]
    public async Task A_regression_gives_its_values_and_no_classes(string model, float[] expected)
    {
        RowScores scores = await ScoreAsync(model, Bytes(1f, 2f, 2f, 3f, 3f, 4f), [3, 2], 2);

        Assert.AreEqual(OutputRole.Value, scores.Role);
        CollectionAssert.AreEqual(expected, scores.Numbers);
        Assert.IsNull(scores.Classes());
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(10)]
    public async Task A_label_that_comes_first_is_the_prediction_and_the_scores_are_beside_it(int batch)
    {
        RowScores scores = await ScoreAsync("labelled", Bytes(0.1f, 0.8f, 0.1f, 0.5f, 0.2f, 0.3f), [2, 3], batch);

        Assert.AreEqual(OutputRole.Label, scores.Role);
        CollectionAssert.AreEqual(new long[] { 2, 0 }, scores.Classes());
        CollectionAssert.AreEqual(new float[] { 0.1f, 0.8f, 0.1f, 0.5f, 0.2f, 0.3f }, scores.Numbers);
    }

    [TestMethod]
    public async Task Maps_of_probabilities_are_scores_with_names_and_the_label_is_a_text()
    {
        RowScores scores = await ScoreAsync("zipmap", Bytes(0.5f, 0.25f, 0.25f, 0f, 1f, 0f), [2, 3], 1);

        CollectionAssert.AreEqual(new[] { "ant", "bee", "cow" }, scores.Columns!.ToArray());
        CollectionAssert.AreEqual(new[] { "ant", "bee" }, scores.Texts!.ToArray());
        CollectionAssert.AreEqual(new float[] { 0.5f, 0.25f, 0.25f, 0, 1, 0 }, scores.Numbers);
    }

    [TestMethod]
    public async Task An_output_can_be_named_and_one_that_is_not_there_is_refused_with_those_that_are()
    {
        RowScores scores = await ScoreAsync("labelled", Bytes(0.1f, 0.8f, 0.1f), [1, 3], 1, output: "p");
        InvalidModelException e = await Assert.ThrowsExactlyAsync<InvalidModelException>(() => ScoreAsync("labelled", Bytes(0.1f, 0.8f, 0.1f), [1, 3], 1, output: "q"));

        Assert.AreEqual((OutputRole.Scores, 1L), (scores.Role, scores.Classes()![0]));
        Assert.Contains("it has label, p", e.Message);
    }

    [TestMethod]
    public async Task Numbers_that_are_neither_values_nor_scores_predict_nothing()
    {
        RowScores scores = await ScoreAsync("embedding", Bytes(1f, 2f, 3f, 4f), [1, 2, 2], 1);

        Assert.IsNull(scores.Role);
        CollectionAssert.AreEqual(new float[] { -1, -2, -3, -4 }, scores.Numbers);
        CollectionAssert.AreEqual(new long[] { 2, 2 }, scores.RowShape.ToArray());
    }

    [TestMethod]
    public async Task The_signature_says_what_outputs_are()
    {
        JsonNode outputs = (await host.Client.GetJsonAsync("v2/models/labelled")).Body["outputs"]!;

        Assert.AreEqual("label scores", $"{outputs[0]!["role"]} {outputs[1]!["role"]}");
        Assert.AreEqual("value", (string)(await host.Client.GetJsonAsync("v2/models/regression")).Body["outputs"]![0]!["role"]!);
    }

    private static byte[] ZipMap(int keyType, (string Name, object Value) classes) => new OnnxModel()
        .MlNode("ZipMap", ["x"], ["p"], classes)
        .Node("ArgMax", ["x"], ["best"], ("axis", 1), ("keepdims", 0))
        .MlNode("LabelEncoder", ["best"], ["label"], ("classes_strings", new[] { "ant", "bee", "cow" }))
        .Input("x", OnnxModel.Float, "batch", 3)
        .Output("label", 8, "batch")
        .Output("p", OnnxType.Sequence(OnnxType.Map(keyType, OnnxType.AnyTensor(OnnxModel.Float))))
        .ToArray();

    [TestMethod]
    public async Task A_run_that_is_cancelled_stops_between_batches()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(() => ScoreAsync("linear", Bytes(1f, 2f), [1, 2], 1, cancellationToken: stop.Token));
    }
}
