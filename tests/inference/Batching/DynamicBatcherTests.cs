using System.Runtime.InteropServices;
using DurableMl.Inference.Batching;
using DurableMl.Inference.Protocol;
using DurableMl.Inference.Serving;
using DurableMl.Onnx;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Tests.Batching;

[TestClass]
public sealed class DynamicBatcherTests : IDisposable
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    private readonly TemporaryFolder folder = new();
    private readonly FakeTimeProvider time = new();
    private readonly InferenceMeter meter = new();
    private readonly List<long> batches = [];
    private readonly System.Diagnostics.Metrics.MeterListener listener = new();

    public DynamicBatcherTests()
    {
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument == meter.BatchSize)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, size, _, _) => batches.Add(size));
        listener.Start();
    }

    public void Dispose()
    {
        listener.Dispose();
        meter.Dispose();
        folder.Dispose();
    }

    [TestMethod]
    public async Task Requests_that_arrive_within_the_delay_share_a_run_and_get_their_own_rows()
    {
        using ModelSession session = Load(OnnxModel.Add(1));
        using var batcher = new DynamicBatcher(session, new(32, Delay, 1, 100), Metrics, time);
        Task<TensorList>[] runs = [.. Enumerable.Range(0, 5).Select(i => RunAsync(batcher, i % 2 + 1, i))];
        Assert.IsFalse(runs.Any(run => run.IsCompleted));
        time.Advance(Delay);
        await Task.WhenAll(runs);

        CollectionAssert.AreEqual(new long[] { 7 }, batches);
        for (int i = 0; i < runs.Length; i++)
        {
            Assert.AreEqual((i % 2 + 1) * 4, Values(runs[i].Result).Length);
            Assert.IsTrue(Values(runs[i].Result).All(value => value == i + 1));
        }
    }

    [TestMethod]
    public async Task A_full_batch_does_not_wait()
    {
        using ModelSession session = Load(OnnxModel.Add(1));
        using var batcher = new DynamicBatcher(session, new(4, Delay, 1, 100), Metrics, time);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => RunAsync(batcher, 1, i)));

        CollectionAssert.AreEqual(new long[] { 4 }, batches);
    }

    [TestMethod]
    public async Task Requests_of_different_shapes_do_not_share_a_run()
    {
        using ModelSession session = Load(OnnxModel.Unary("Neg", OnnxModel.Float, "batch", "width"));
        using var batcher = new DynamicBatcher(session, new(32, Delay, 1, 100), Metrics, time);
        Task<TensorList>[] runs = [RunAsync(batcher, 1, 1, 4), RunAsync(batcher, 1, 2, 3), RunAsync(batcher, 1, 3, 4)];
        time.Advance(Delay);
        await Task.WhenAll(runs);

        CollectionAssert.AreEquivalent(new long[] { 1, 2 }, batches);
        CollectionAssert.AreEqual(new float[] { -2, -2, -2 }, Values(runs[1].Result));
        CollectionAssert.AreEqual(new float[] { -3, -3, -3, -3 }, Values(runs[2].Result));
    }

    [TestMethod]
    public async Task Requests_without_rows_do_not_share_a_run()
    {
        using ModelSession session = Load(OnnxModel.Unary("Neg", OnnxModel.Float));
        using var batcher = new DynamicBatcher(session, new(32, Delay, 1, 100), Metrics, time);
        Task<TensorList>[] runs = [.. Enumerable.Range(0, 2).Select(async i =>
        {
            PooledMemory memory = PooledMemory.Rent(sizeof(float));
            MemoryMarshal.Cast<byte, float>(memory.Span)[0] = i;
            using var scalar = new Tensor("x", TensorType.ByName["FP32"], [], memory, memory.Address, memory.Length);
            return await batcher.RunAsync([scalar], null, CancellationToken.None);
        })];
        time.Advance(Delay);
        await Task.WhenAll(runs);

        CollectionAssert.AreEqual(new long[] { 1, 1 }, batches);
        Assert.AreEqual(-1, Values(runs[1].Result)[0]);
    }

    [TestMethod]
    public async Task One_request_too_many_is_429_with_a_time_to_come_back()
    {
        using ModelSession session = Load(OnnxModel.Add(1));
        using var batcher = new DynamicBatcher(session, new(100, Delay, 1, 3), Metrics, time);
        Task<TensorList>[] waiting = [.. Enumerable.Range(0, 3).Select(i => RunAsync(batcher, 1, i))];

        InferenceException full = await Assert.ThrowsExactlyAsync<InferenceException>(() => RunAsync(batcher, 1, 9));

        Assert.AreEqual(429, full.Status);
        Assert.IsGreaterThanOrEqualTo(TimeSpan.FromSeconds(1), full.RetryAfter!.Value);
        time.Advance(Delay);
        await Task.WhenAll(waiting);
    }

    [TestMethod]
    public async Task A_caller_who_leaves_gives_up_its_place_and_the_others_are_answered()
    {
        using ModelSession session = Load(OnnxModel.Add(1));
        using var batcher = new DynamicBatcher(session, new(100, Delay, 1, 2), Metrics, time);
        using var leaves = new CancellationTokenSource();
        Task<TensorList> gone = RunAsync(batcher, 1, 1, 4, leaves.Token);
        Task<TensorList> stays = RunAsync(batcher, 1, 2);
        await leaves.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => gone);
        Task<TensorList> takesItsPlace = RunAsync(batcher, 1, 3);
        time.Advance(Delay);

        Assert.AreEqual(3f, Values(await stays)[0]);
        Assert.AreEqual(4f, Values(await takesItsPlace)[0]);
        CollectionAssert.AreEqual(new long[] { 2 }, batches);
    }

    [TestMethod]
    public async Task A_model_that_mixes_its_rows_is_found_out_and_run_alone()
    {
        // The output has one row whatever the input: it cannot be divided.
        using ModelSession session = Load(new OnnxModel().Opset(11).Node("ReduceSum", ["x"], ["y"]).Input("x", OnnxModel.Float, "batch", 4).Output("y", OnnxModel.Float, "one", "two").ToArray());
        using var batcher = new DynamicBatcher(session, new(8, Delay, 1, 100), Metrics, time);
        Task<TensorList>[] runs = [RunAsync(batcher, 1, 1), RunAsync(batcher, 1, 2)];
        time.Advance(Delay);
        await Task.WhenAll(runs);

        Assert.AreEqual(4f, Values(runs[0].Result)[0]);
        Assert.AreEqual(8f, Values(runs[1].Result)[0]);
    }

    [TestMethod]
    public async Task A_model_is_closed_only_after_the_last_run_even_when_its_callers_have_left()
    {
        int before = ModelSession.Open;
        ModelSession session = Load(OnnxModel.Add(1));
        using var batcher = new DynamicBatcher(session, new(100, Delay, 1, 100), Metrics, time);
        using var leaves = new CancellationTokenSource();
        Task<TensorList> gone = RunAsync(batcher, 1, 1, 4, leaves.Token);
        Task<TensorList> stays = RunAsync(batcher, 1, 2);
        session.Dispose();
        await leaves.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => gone);
        Assert.AreEqual(before + 1, ModelSession.Open);
        time.Advance(Delay);
        await stays;
        await Eventually.TrueAsync(() => ModelSession.Open == before, "the session is closed");
    }

    [TestMethod]
    public async Task Under_load_every_caller_gets_its_own_answer()
    {
        using ModelSession session = Load(OnnxModel.Add(1));
        using var batcher = new DynamicBatcher(session, new(16, TimeSpan.Zero, 1, 10_000), Metrics, TimeProvider.System);
        await Parallel.ForEachAsync(Enumerable.Range(0, 3000), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
        {
            TensorList outputs = await RunAsync(batcher, 1 + (i % 3), i);
            Assert.IsTrue(Values(outputs).All(value => value == i + 1));
            outputs.ForEach(output => output.Dispose());
        });
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Hundreds_of_requests_that_declare_more_rows_than_a_batch_can_count_are_each_answered(bool onTheThreadPool)
    {
        using ModelSession session = Load(OnnxModel.Unary("Neg", OnnxModel.Float, "batch", "width"));
        using var batcher = new DynamicBatcher(session, new(32, Delay, 1, 1000), Metrics, time);
        if (onTheThreadPool)
        {
            // Short runs go there; the others have threads of their own.
            await Task.WhenAll(Enumerable.Range(0, 32).Select(i => RunAsync(batcher, 1, i)));
        }

        Task<TensorList>[] runs = [.. Enumerable.Range(0, 400).Select(i => i % 100 == 7 ? RunAsync(batcher, 2, i, 0) : RunAsync(batcher, int.MaxValue, i, 0))];
        time.Advance(Delay);
        TensorList[] outputs = await Task.WhenAll(runs).WaitAsync(Patience.Limit);

        Assert.IsTrue(outputs.All(output => output[0].Length == 0));
        CollectionAssert.AreEqual(new long[] { int.MaxValue, 0 }, outputs[0][0].Shape);
        CollectionAssert.AreEqual(new long[] { 2, 0 }, outputs[7][0].Shape);
        Assert.AreEqual(-3f, Values(await RunAsync(batcher, 32, 3))[0]);
    }

    [TestMethod]
    public async Task An_error_of_any_kind_on_a_run_thread_is_its_callers_and_the_next_ones_are_answered()
    {
        using ModelSession session = Load(OnnxModel.Add(1));
        using var batcher = new DynamicBatcher(session, new(2, Delay, 1, 100), Metrics, time);
        using var broken = new System.Diagnostics.Metrics.MeterListener();
        int failures = 1;
        broken.InstrumentPublished = (instrument, l) =>
        {
            if (instrument == meter.QueueTime)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        broken.SetMeasurementEventCallback<double>((_, _, _, _) =>
        {
            if (Interlocked.Decrement(ref failures) == 0)
            {
                throw new InvalidTimeZoneException("Nobody expects this.");
            }
        });
        broken.Start();

        Task<TensorList>[] runs = [RunAsync(batcher, 1, 1), RunAsync(batcher, 1, 2)];
        foreach (Task<TensorList> run in runs)
        {
            await Assert.ThrowsExactlyAsync<InvalidTimeZoneException>(() => run.WaitAsync(Patience.Limit));
        }

        Assert.AreEqual(4f, Values(await RunAsync(batcher, 2, 3))[0]);
    }

    [TestMethod]
    public async Task A_run_that_was_to_be_short_ends_at_its_deadline_too()
    {
        // y = x, doubled n times.
        OnnxModel body = new OnnxModel().Node("Identity", ["more"], ["on"]).Node("Add", ["v", "v"], ["w"]).Input("i", 7).Input("more", 9).Input("v", OnnxModel.Float, 1)
            .Output("on", 9).Output("w", OnnxModel.Float, 1);
        using ModelSession session = Load(new OnnxModel().Node("Loop", ["n", "", "x"], ["y"], ("body", body)).Input("x", OnnxModel.Float, 1).Input("n", 7).Output("y", OnnxModel.Float, 1).ToArray());
        using var batcher = new DynamicBatcher(session, new(1, TimeSpan.Zero, 1, 100), Metrics, time);
        time.AutoAdvanceAmount = TimeSpan.FromMicroseconds(1);
        using (TensorList outputs = await DoubleAsync(3, CancellationToken.None))
        {
            CollectionAssert.AreEqual(new float[] { 8 }, Values(outputs));
        }

        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsExactlyAsync<OperationCanceledException>(() => DoubleAsync(20_000_000, deadline.Token));

        async Task<TensorList> DoubleAsync(long times, CancellationToken cancellationToken)
        {
            using TensorList inputs = [Tensor.OfFloats("x", [1], [1]), Tensor.Copy("n", TensorType.ByName["INT64"], [], BitConverter.GetBytes(times))];
            return await batcher.RunAsync(inputs, null, cancellationToken);
        }
    }

    private ModelMetrics Metrics => new(meter, "m", "1");

    private static float[] Values(TensorList outputs) => outputs[0].Floats.ToArray();

    private static async Task<TensorList> RunAsync(DynamicBatcher batcher, int rows, float value, int width = 4, CancellationToken cancellationToken = default)
    {
        PooledMemory memory = PooledMemory.Rent(checked(rows * width * sizeof(float)));
        MemoryMarshal.Cast<byte, float>(memory.Span).Fill(value);
        using var input = new Tensor("x", TensorType.ByName["FP32"], [rows, width], memory, memory.Address, memory.Length);
        return await batcher.RunAsync([input], null, cancellationToken);
    }

    private ModelSession Load(byte[] model)
    {
        File.WriteAllBytes(folder["m.onnx"], model);
        return ModelSession.Load(folder["m.onnx"]);
    }
}
