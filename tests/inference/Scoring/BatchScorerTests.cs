using DurableMl.Inference.Registry;
using DurableMl.Inference.Scoring;
using DurableMl.Inference.Sessions;
using static Inference.Tests.InferClient;

namespace Inference.Tests.Scoring;

[TestClass]
public sealed class BatchScorerTests
{
    private static InferenceHost host = null!;

    private static BatchScorer Scorer => host.Service<BatchScorer>();

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        host = await InferenceHost.StartAsync();
        await host.PublishAsync("linear", OnnxModel.Linear(new float[,] { { 1, 0, 1 }, { 0, 1, 1 } }));
        await host.PublishAsync("pairs", OnnxModel.Unary("Neg", OnnxModel.Float, 2, 2));
        await host.PublishAsync("total", new OnnxModel().Opset(11).Node("ReduceSum", ["x"], ["y"]).Input("x", OnnxModel.Float, "batch", 2).Output("y", OnnxModel.Float, "one", "two").ToArray());
        await host.PublishAsync("text", OnnxModel.Unary("Identity", 8, "batch"));
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
        var (scores, rowShape) = await Scorer.ScoreAsync("linear", "1", Bytes(1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f, 9f, 10f), [5, 2], batch);

        CollectionAssert.AreEqual(new float[] { 1, 2, 3, 3, 4, 7, 5, 6, 11, 7, 8, 15, 9, 10, 19 }, scores);
        CollectionAssert.AreEqual(new long[] { 3 }, rowShape);
    }

    [TestMethod]
    public async Task A_model_of_a_fixed_batch_gets_exactly_that_many_rows()
    {
        var (scores, _) = await Scorer.ScoreAsync("pairs", "1", Bytes(1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f), [4, 2], batch: 3);
        CollectionAssert.AreEqual(new float[] { -1, -2, -3, -4, -5, -6, -7, -8 }, scores);

        await Assert.ThrowsExactlyAsync<InvalidModelException>(() => Scorer.ScoreAsync("pairs", "1", Bytes(1f, 2f, 3f, 4f, 5f, 6f), [3, 2], batch: 3));
    }

    [TestMethod]
    public async Task No_rows_have_no_scores() => Assert.IsEmpty((await Scorer.ScoreAsync("linear", "1", ReadOnlyMemory<byte>.Empty, [0, 2], 10)).Scores);

    [TestMethod]
    [DataRow(new long[] { 2, 3 })]
    [DataRow(new long[] { 6 })]
    [DataRow(new long[] { 2, 2 })]
    [DataRow(new long[] { })]
    public async Task Rows_that_do_not_fit_the_model_are_refused_with_both_shapes(long[] shape)
    {
        InvalidModelException e = await Assert.ThrowsExactlyAsync<InvalidModelException>(() => Scorer.ScoreAsync("linear", "1", Bytes(1f, 2f, 3f, 4f, 5f, 6f), shape, 10));

        Assert.Contains("[-1,2]", e.Message);
    }

    [TestMethod]
    public async Task Models_that_do_not_score_row_by_row_say_so()
    {
        InvalidModelException text = await Assert.ThrowsExactlyAsync<InvalidModelException>(() => Scorer.ScoreAsync("text", "1", Bytes(1, 1), [1], 10));
        Assert.Contains("one input of numbers", text.Message);
        InvalidModelException total = await Assert.ThrowsExactlyAsync<InvalidModelException>(() => Scorer.ScoreAsync("total", "1", Bytes(1f, 2f, 3f, 4f), [2, 2], 10));
        Assert.Contains("one row for each", total.Message);
    }

    [TestMethod]
    public async Task A_run_that_is_cancelled_stops_between_batches()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(() => Scorer.ScoreAsync("linear", "1", Bytes(1f, 2f), [1, 2], 1, stop.Token));
    }

    [TestMethod]
    public async Task Aliases_and_versions_are_resolved_in_the_registry()
    {
        Assert.AreEqual("1", await Scorer.ResolveAsync("linear", "champion"));
        Assert.AreEqual("1", await Scorer.ResolveAsync("linear", "1"));
        await Assert.ThrowsExactlyAsync<ModelNotFoundException>(() => Scorer.ResolveAsync("linear", "2"));
        await Assert.ThrowsExactlyAsync<ModelNotFoundException>(() => Scorer.ResolveAsync("linear", "candidate"));
        await Assert.ThrowsExactlyAsync<InvalidModelNameException>(() => Scorer.ResolveAsync("linear", "../1"));
    }
}
