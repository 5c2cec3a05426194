using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using DurableMl.Inference.Batching;
using DurableMl.Onnx;
using DurableMl.Registry;
using static Inference.Tests.InferClient;

namespace Inference.Tests.Batching;

[TestClass]
public sealed class RowCheckTests : IDisposable
{
    private const int Width = 64;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [TestMethod]
    public void Rows_that_stand_for_themselves_may_share_a_run()
    {
        BatchingEvidence evidence = Check(OnnxModel.Linear(Weights()), Rows(2));

        Assert.IsTrue(evidence.AcrossCallers, evidence.Because);
        Assert.AreEqual("8 rows were answered in batches of 2, 3, 8, 32 as they were alone", evidence.Because);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(20)]
    public void A_maximum_over_the_batch_is_found_whatever_its_dimension_is_called(int rows)
    {
        BatchingEvidence evidence = Check(MinusTheLargestOfTheBatch(), Rows(rows));

        Assert.IsFalse(evidence.AcrossCallers);
        Assert.Contains("rows depend on each other: in a batch of 2, 'y' of a row is ", evidence.Because);
    }

    [TestMethod]
    public void Dynamic_quantisation_over_the_batch_is_found()
    {
        byte[] model = new OnnxModel()
            .Node("DynamicQuantizeLinear", ["x"], ["q", "scale", "zero"])
            .Node("DequantizeLinear", ["q", "scale", "zero"], ["y"])
            .Input("x", OnnxModel.Float, "batch", Width).Output("y", OnnxModel.Float, "batch", Width).ToArray();

        Assert.IsFalse(Check(model, Rows(2)).AcrossCallers);
    }

    [TestMethod]
    public void Batch_statistics_are_found()
    {
        byte[] model = new OnnxModel().Opset(13)
            .Node("ReduceMean", ["x"], ["mean"], ("axes", new long[] { 0 }), ("keepdims", 1))
            .Node("Sub", ["x", "mean"], ["y"])
            .Input("x", OnnxModel.Float, "batch", Width).Output("y", OnnxModel.Float, "batch", Width).ToArray();

        Assert.Contains("instead of 0", Check(model, Rows(1)).Because);
    }

    [TestMethod]
    public void A_model_whose_answers_show_nothing_is_not_taken_for_one_whose_rows_agree()
    {
        byte[] model = new OnnxModel().Node("Sub", ["x", "x"], ["y"]).Input("x", OnnxModel.Float, "batch", Width).Output("y", OnnxModel.Float, "batch", Width).ToArray();
        BatchingEvidence evidence = Check(model, Rows(3));

        Assert.IsFalse(evidence.AcrossCallers);
        Assert.Contains("were the same", evidence.Because);
    }

    [TestMethod]
    public void One_row_of_whole_numbers_shows_nothing_and_several_do()
    {
        byte[] model = OnnxModel.Unary("Neg", 7, "batch", 2);

        Assert.Contains("several rows", Check(model, new TensorValue("x", TensorType.ByName["INT64"], [1, 2], Bytes(1L, 2L))).Because);
        Assert.IsTrue(Check(model, new TensorValue("x", TensorType.ByName["INT64"], [3, 2], Bytes(1L, 2L, 3L, 4L, 5L, 6L))).AcrossCallers);
    }

    [TestMethod]
    public void A_model_of_a_fixed_number_of_rows_is_not_batched() =>
        Assert.AreEqual("the first dimension of 'x' is not open", Check(OnnxModel.Unary("Neg", OnnxModel.Float, 2, 4), new TensorValue("x", TensorType.ByName["FP32"], [2, 4], new byte[32])).Because);

    [TestMethod]
    public async Task Sixteen_callers_who_ask_one_row_each_are_answered_as_if_alone_and_the_metadata_says_why()
    {
        await using InferenceHost host = await InferenceHost.StartAsync();
        byte[] model = MinusTheLargestOfTheBatch();

        // Whoever sets a delay wants batches, so that they would be made at any speed of the machine.
        await host.PublishAsync("m", model, serving: new() { MaxBatch = 32, MaxDelayMicroseconds = 20_000 }, batching: Check(model, Rows(2)));
        string[] requests = [.. Enumerable.Range(0, 16).Select(i => Floats("x", [1, Width], Values(i, 1)))];
        var alone = new float[requests.Length][];
        for (int i = 0; i < requests.Length; i++)
        {
            alone[i] = (await host.Client.PostJsonAsync("v2/models/m/infer", requests[i])).Body.Output();
        }

        var wrong = new ConcurrentBag<int>();
        await Parallel.ForEachAsync(Enumerable.Range(0, 960), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            float[] answer = (await host.Client.PostJsonAsync("v2/models/m/infer", requests[i % 16])).Body.Output();
            if (!answer.SequenceEqual(alone[i % 16]))
            {
                wrong.Add(i);
            }
        });

        Assert.IsEmpty(wrong);
        JsonNode metadata = (await host.Client.GetJsonAsync("v2/models/m")).Body["properties"]!;
        Assert.AreEqual("false", (string)metadata["batch_across_callers"]!);
        Assert.Contains("rows depend on each other", (string)metadata["batch_evidence"]!);
        Assert.IsFalse((bool)(await host.Client.GetJsonAsync("api/models/m/versions/1")).Body["batching"]!["acrossCallers"]!);
    }

    /// <summary>y = x·W − max over the whole batch of x·W.</summary>
    private static byte[] MinusTheLargestOfTheBatch() => new OnnxModel().Opset(13)
        .Node("MatMul", ["x", "w"], ["a"])
        .Node("ReduceMax", ["a"], ["m"], ("keepdims", 1))
        .Node("Sub", ["a", "m"], ["y"])
        .Initializer("w", [Width, Width], [.. Weights().Cast<float>()])
        .Input("x", OnnxModel.Float, "batch", Width)
        .Output("y", OnnxModel.Float, "batch", Width)
        .ToArray();

    private static float[,] Weights()
    {
        float[] values = Values(7, Width);
        var weights = new float[Width, Width];
        Buffer.BlockCopy(values, 0, weights, 0, values.Length * sizeof(float));
        return weights;
    }

    private static float[] Values(int seed, int rows)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows * Width).Select(_ => (float)(random.NextDouble() - 0.5))];
    }

    private static TensorValue Rows(int rows) => new("x", TensorType.ByName["FP32"], [rows, Width], MemoryMarshal.AsBytes<float>(Values(1, rows)).ToArray());

    private BatchingEvidence Check(byte[] model, TensorValue sample)
    {
        using ModelSession session = OnnxFile.Load(folder, model);
        return RowCheck.Check(session, [sample]);
    }
}
