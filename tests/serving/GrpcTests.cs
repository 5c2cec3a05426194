using System.Buffers.Binary;
using System.Runtime.InteropServices;
using DurableMl.Registry;
using DurableMl.Serving.Grpc;
using Google.Protobuf;
using Grpc.Core;

namespace Serving.Tests;

/// <summary>The Open Inference Protocol over gRPC, called by a client made from the service definition.</summary>
[TestClass]
public sealed class GrpcTests
{
    private static Server server = null!;
    private static ModelRegistry registry = null!;

    private static GRPCInferenceService.GRPCInferenceServiceClient Client => server.Grpc;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        server = await Server.StartAsync();
        registry = new ModelRegistry(await Server.BlobsAsync(), TimeProvider.System);
        await PublishAsync("linear", OnnxModel.Linear(new float[,] { { 1, 0 }, { 0, 2 } }));
        foreach ((string name, int type) in new[] { ("BOOL", 9), ("INT8", 3), ("UINT16", 4), ("INT64", 7), ("FP64", 11), ("BYTES", 8), ("FP16", 10) })
        {
            await PublishAsync("same-" + name, new OnnxModel().Opset(19).Node("Identity", ["x"], ["y"]).Input("x", OnnxType.AnyTensor(type)).Output("y", OnnxType.AnyTensor(type)).ToArray());
        }
    }

    [ClassCleanup]
    public static async Task StopAsync() => await server.DisposeAsync();

    [TestMethod]
    public async Task The_server_and_its_models_describe_themselves()
    {
        Assert.IsTrue((await Client.ServerLiveAsync(new(), Server.WithKey)).Live);
        Assert.IsTrue((await Client.ServerReadyAsync(new(), Server.WithKey)).Ready);
        Assert.AreEqual("durableml", (await Client.ServerMetadataAsync(new(), Server.WithKey)).Name);
        Assert.IsTrue((await Client.ModelReadyAsync(new() { Name = "linear" }, Server.WithKey)).Ready);
        ModelMetadataResponse model = await Client.ModelMetadataAsync(new() { Name = "linear", Version = "1" }, Server.WithKey);

        Assert.AreEqual("linear onnxruntime_onnx 1 x FP32 -1,2", $"{model.Name} {model.Platform} {model.Versions.Single()} {model.Inputs[0].Name} {model.Inputs[0].Datatype} {string.Join(',', model.Inputs[0].Shape)}");
    }

    [TestMethod]
    public async Task Tritons_clients_are_told_configuration_statistics_and_all_models()
    {
        await PublishAsync("asked", OnnxModel.Linear(new float[,] { { 1, 0 }, { 0, 2 } }));
        ModelInferRequest request = Request("asked", "FP32", [2, 2]);
        request.Inputs[0].Contents = new() { Fp32Contents = { 3, 4, 5, 6 } };
        await Client.ModelInferAsync(request, Server.WithKey);

        ModelConfig config = (await Client.ModelConfigAsync(new() { Name = "asked" }, Server.WithKey)).Config;
        ModelStatistics statistics = (await Client.ModelStatisticsAsync(new() { Name = "asked", Version = "1" }, Server.WithKey)).ModelStats.Single();
        ModelStatisticsResponse all = await Client.ModelStatisticsAsync(new(), Server.WithKey);
        RepositoryIndexResponse index = await Client.RepositoryIndexAsync(new() { Ready = true }, Server.WithKey);

        Assert.AreEqual("asked onnxruntime 32 x TypeFp32 2", $"{config.Name} {config.Backend} {config.MaxBatchSize} {config.Input[0].Name} {config.Input[0].DataType} {config.Input[0].Dims.Single()}");
        Assert.AreEqual("2 1 1", $"{statistics.InferenceCount} {statistics.ExecutionCount} {statistics.InferenceStats.Success.Count}");
        Assert.Contains("asked", all.ModelStats.Select(model => model.Name));
        Assert.AreEqual("1 READY", index.Models.Where(model => model.Name == "asked").Select(model => $"{model.Version} {model.State}").Single());
    }

    [TestMethod]
    public async Task A_request_may_be_as_large_as_over_HTTP()
    {
        await PublishAsync("size", new OnnxModel().Node("Size", ["x"], ["y"]).Input("x", 2, "n").Output("y", 7).ToArray());
        ModelInferRequest request = Request("size", "UINT8", [40_000_000]);
        request.RawInputContents.Add(ByteString.CopyFrom(new byte[40_000_000]));

        ModelInferResponse answer = await Client.ModelInferAsync(request, Server.WithKey);

        Assert.AreEqual(40_000_000, MemoryMarshal.Read<long>(answer.RawOutputContents[0].Span));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task A_model_answers_tensors_sent_raw_and_as_lists(bool raw)
    {
        ModelInferRequest request = Request("linear", "FP32", [2, 2]);
        request.Id = "a";
        if (raw)
        {
            request.RawInputContents.Add(ByteString.CopyFrom(MemoryMarshal.AsBytes<float>([3, 4, 5, 6])));
        }
        else
        {
            request.Inputs[0].Contents = new() { Fp32Contents = { 3, 4, 5, 6 } };
        }

        ModelInferResponse answer = await Client.ModelInferAsync(request, Server.WithKey);

        Assert.AreEqual("linear 1 a champion", $"{answer.ModelName} {answer.ModelVersion} {answer.Id} {answer.Parameters["route"].StringParam}");
        CollectionAssert.AreEqual(new long[] { 2, 2 }, answer.Outputs[0].Shape.ToArray());
        CollectionAssert.AreEqual(new float[] { 3, 8, 5, 12 }, MemoryMarshal.Cast<byte, float>(answer.RawOutputContents[0].Span).ToArray());
    }

    [TestMethod]
    public async Task Every_list_of_contents_has_its_types()
    {
        var sent = new Dictionary<string, (InferTensorContents Contents, byte[] Expected)>
        {
            ["BOOL"] = (new() { BoolContents = { true, false } }, [1, 0]),
            ["INT8"] = (new() { IntContents = { -1, 7 } }, [255, 7]),
            ["UINT16"] = (new() { UintContents = { 1, 65535 } }, [1, 0, 255, 255]),
            ["INT64"] = (new() { Int64Contents = { -1, 2 } }, MemoryMarshal.AsBytes<long>([-1, 2]).ToArray()),
            ["FP64"] = (new() { Fp64Contents = { 0.5, 2 } }, MemoryMarshal.AsBytes<double>([0.5, 2]).ToArray()),
            ["BYTES"] = (new() { BytesContents = { ByteString.CopyFromUtf8("a"), ByteString.Empty } }, [1, 0, 0, 0, (byte)'a', 0, 0, 0, 0]),
        };
        foreach ((string type, (InferTensorContents contents, byte[] expected)) in sent)
        {
            ModelInferRequest request = Request("same-" + type, type, [2]);
            request.Inputs[0].Contents = contents;
            ModelInferResponse answer = await Client.ModelInferAsync(request, Server.WithKey);

            CollectionAssert.AreEqual(expected, answer.RawOutputContents[0].ToByteArray(), type);
        }
    }

    [TestMethod]
    public async Task The_best_classes_come_instead_of_the_scores_where_they_are_asked_for()
    {
        ModelInferRequest request = Request("linear", "FP32", [1, 2]);
        request.RawInputContents.Add(ByteString.CopyFrom(MemoryMarshal.AsBytes<float>([3, 4])));
        request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "y", Parameters = { ["classification"] = new InferParameter { Int64Param = 1 } } });
        request.Outputs[0].Name = (await Client.ModelMetadataAsync(new() { Name = "linear" }, Server.WithKey)).Outputs[0].Name;
        ModelInferResponse answer = await Client.ModelInferAsync(request, Server.WithKey);

        ReadOnlySpan<byte> bytes = answer.RawOutputContents[0].Span;
        Assert.AreEqual("8:1", System.Text.Encoding.UTF8.GetString(bytes.Slice(4, BinaryPrimitives.ReadInt32LittleEndian(bytes))));
    }

    [TestMethod]
    public async Task What_is_wrong_has_the_status_that_gRPC_has_for_it()
    {
        await ExpectAsync(StatusCode.NotFound, "missing", Request("missing", "FP32", [1, 2], Floats(1, 2)));
        await ExpectAsync(StatusCode.InvalidArgument, "inputs[0].datatype", Request("linear", "FP99", [1, 2], Floats(1, 2)));
        await ExpectAsync(StatusCode.InvalidArgument, "raw_input_contents", Request("linear", "FP32", [1, 2], Floats(1)));
        await ExpectAsync(StatusCode.InvalidArgument, "inputs[0].shape", Request("linear", "FP32", [1, -2], Floats(1, 2)));
        await ExpectAsync(StatusCode.InvalidArgument, "has no input", Request("linear", "FP32", [1, 2], Floats(1, 2), "z"));
        await ExpectAsync(StatusCode.InvalidArgument, "FP16", Request("same-FP16", "FP16", [1]));
        ModelInferRequest large = Request("same-INT8", "INT8", [1]);
        large.Inputs[0].Contents = new() { IntContents = { 300 } };
        await ExpectAsync(StatusCode.InvalidArgument, "SByte", large);
    }

    [TestMethod]
    public async Task Without_a_key_nobody_is_answered()
    {
        RpcException e = await Assert.ThrowsExactlyAsync<RpcException>(async () => await Client.ServerMetadataAsync(new()));

        Assert.AreEqual(StatusCode.Unauthenticated, e.StatusCode);
    }

    private static async Task ExpectAsync(StatusCode status, string detail, ModelInferRequest request)
    {
        RpcException e = await Assert.ThrowsExactlyAsync<RpcException>(async () => await Client.ModelInferAsync(request, Server.WithKey));

        Assert.AreEqual(status, e.StatusCode, e.Message);
        Assert.Contains(detail, e.Status.Detail);
    }

    private static ByteString Floats(params float[] values) => ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(values));

    private static ModelInferRequest Request(string model, string type, long[] shape, ByteString? raw = null, string input = "x")
    {
        var request = new ModelInferRequest { ModelName = model, Inputs = { new ModelInferRequest.Types.InferInputTensor { Name = input, Datatype = type, Shape = { shape } } } };
        if (raw is not null)
        {
            request.RawInputContents.Add(raw);
        }

        return request;
    }

    private static async Task PublishAsync(string model, byte[] onnx)
    {
        await registry.PublishAsync(new(model, new("run"), [ModelSource.FromBytes("model.onnx", onnx)]));
        await registry.SetAliasAsync(model, "champion", "1");
    }
}
