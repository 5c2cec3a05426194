using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using DurableMl.Inference.Protocol;
using DurableMl.Inference.Serving;
using DurableMl.Onnx;
using DurableMl.Registry;
using DurableMl.Serving.Grpc;
using global::Grpc.Core;
using Google.Protobuf;
using ModelMetadata = DurableMl.Inference.Serving.ModelMetadata;
using ModelSignature = DurableMl.Serving.Grpc.ModelSignature;
using ModelStatistics = DurableMl.Inference.Serving.ModelStatistics;

namespace DurableMl.Serving;

/// <summary>The Open Inference Protocol over gRPC. Requests are answered by what answers them over HTTP.</summary>
internal sealed class OpenInferenceService(InferenceServer server, OpenInferenceProtocol protocol, InferenceOptions options, TimeProvider time, ILogger<OpenInferenceService> logger)
    : GRPCInferenceService.GRPCInferenceServiceBase
{
    public override Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context) => Task.FromResult(new ServerLiveResponse { Live = true });

    public override Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerReadyResponse { Ready = server.IsReady });

    public override Task<ServerMetadataResponse> ServerMetadata(ServerMetadataRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerMetadataResponse { Name = InferenceServer.Name, Version = InferenceServer.Version, Extensions = { InferenceServer.Extensions.Except(["binary_tensor_data"]) } });

    public override Task<ModelReadyResponse> ModelReady(ModelReadyRequest request, ServerCallContext context) => AnswerAsync(context, async cancellationToken =>
    {
        (await server.AcquireAsync(request.Name, NotEmpty(request.Version), cancellationToken)).Dispose();
        return new ModelReadyResponse { Ready = true };
    });

    public override Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context) => AnswerAsync(context, async cancellationToken =>
    {
        ModelMetadata model = await server.MetadataAsync(request.Name, NotEmpty(request.Version), cancellationToken);
        return new ModelMetadataResponse
        {
            Name = model.Name,
            Versions = { model.Versions },
            Platform = model.Platform,
            Inputs = { model.Inputs.Select(Describe) },
            Outputs = { model.Outputs.Select(Describe) },
            // The document that HTTP answers with: it is described in one place.
            Signature = model.Signature is null ? null : JsonParser.Default.Parse<ModelSignature>(JsonSerializer.Serialize(model.Signature, RegistryJson.Options)),
        };
    });

    public override Task<ModelInferResponse> ModelInfer(ModelInferRequest request, ServerCallContext context) => AnswerAsync(context, async cancellationToken =>
    {
        ModelNames.Model(request.ModelName);
        using InferRequest read = GrpcTensors.Read(request, protocol.Limits);
        using InferResponse answer = await server.InferAsync(request.ModelName, NotEmpty(request.ModelVersion), read, context.GetHttpContext().Request.Headers, cancellationToken);
        Classification.Apply(read, answer);
        return GrpcTensors.Write(answer, read.Id);
    });

    public override Task<ModelConfigResponse> ModelConfig(ModelConfigRequest request, ServerCallContext context) => AnswerAsync(context, async cancellationToken =>
    {
        ModelConfiguration model = await server.ConfigurationAsync(request.Name, NotEmpty(request.Version), cancellationToken);
        return new ModelConfigResponse
        {
            Config = new()
            {
                Name = model.Name,
                Platform = ModelConfiguration.Platform,
                Backend = ModelConfiguration.Backend,
                MaxBatchSize = model.MaxBatchSize,
                Input = { model.Inputs.Select(spec => new ModelInput { Name = spec.Name, DataType = TypeOf(spec), Dims = { spec.Shape } }) },
                Output = { model.Outputs.Select(spec => new ModelOutput { Name = spec.Name, DataType = TypeOf(spec), Dims = { spec.Shape } }) },
            },
        };
    });

    public override Task<ModelStatisticsResponse> ModelStatistics(ModelStatisticsRequest request, ServerCallContext context) => AnswerAsync(context, async cancellationToken =>
        new ModelStatisticsResponse { ModelStats = { (await server.StatisticsAsync(NotEmpty(request.Name), NotEmpty(request.Version), cancellationToken)).Select(Describe) } });

    public override Task<RepositoryIndexResponse> RepositoryIndex(RepositoryIndexRequest request, ServerCallContext context) => AnswerAsync(context, async cancellationToken =>
        new RepositoryIndexResponse
        {
            Models = { (await server.IndexAsync(cancellationToken)).Select(each => new RepositoryIndexResponse.Types.ModelIndex { Name = each.Model, Version = each.Version, State = "READY" }) },
        });

    private static string? NotEmpty(string text) => text.Length == 0 ? null : text;

    private static ModelMetadataResponse.Types.TensorMetadata Describe(TensorSpec spec) => new() { Name = spec.Name, Datatype = spec.Datatype, Shape = { spec.Shape } };

    private static DataType TypeOf(TensorSpec spec) => Enum.Parse<DataType>(ModelConfiguration.TypeOf(spec).Replace("_", "", StringComparison.Ordinal), ignoreCase: true);

    private static Grpc.ModelStatistics Describe(ModelStatistics model) => new()
    {
        Name = model.Model,
        Version = model.Version,
        LastInference = (ulong)model.LastInference,
        InferenceCount = (ulong)model.InferenceCount,
        ExecutionCount = (ulong)model.ComputeInfer.Count,
        InferenceStats = new() { Success = Describe(model.Success), Fail = Describe(model.Fail), Queue = Describe(model.Queue), ComputeInfer = Describe(model.ComputeInfer) },
    };

    private static StatisticDuration Describe(DurationCount duration) => new() { Count = (ulong)duration.Count, Ns = (ulong)duration.Nanoseconds };

    private async Task<T> AnswerAsync<T>(ServerCallContext context, Func<CancellationToken, Task<T>> answer)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(options.MaxRequestSeconds), time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, deadline.Token);
        try
        {
            return await answer(both.Token);
        }
        catch (Exception e)
        {
            (int status, string message) = InferenceException.StatusOf(e);
            if (status is 500 or 503)
            {
                logger.LogError(e, "{Method} was answered {Status}", context.Method, status);
            }

            if (e is InferenceException { RetryAfter: { } wait })
            {
                context.ResponseTrailers.Add("retry-after", Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture));
            }

            throw new RpcException(new Status(CodeOf(status), message));
        }
    }

    private static StatusCode CodeOf(int status) => status switch
    {
        400 or 422 => StatusCode.InvalidArgument,
        404 => StatusCode.NotFound,
        429 => StatusCode.ResourceExhausted,
        501 => StatusCode.Unimplemented,
        503 => StatusCode.Unavailable,
        504 => StatusCode.DeadlineExceeded,
        _ => StatusCode.Internal,
    };
}

/// <summary>Tensors in and out of gRPC's messages.</summary>
internal static class GrpcTensors
{
    /// <exception cref="InferenceException">400, naming the field at fault.</exception>
    public static InferRequest Read(ModelInferRequest message, ProtocolLimits limits)
    {
        var request = new InferRequest { Id = message.Id.Length == 0 ? null : message.Id };
        try
        {
            if (message.RawInputContents.Count > 0 && message.RawInputContents.Count != message.Inputs.Count)
            {
                throw InferenceException.Field("raw_input_contents", $"has {message.RawInputContents.Count} elements for {message.Inputs.Count} inputs.");
            }

            for (int i = 0; i < message.Inputs.Count; i++)
            {
                request.Inputs.Add(Input(message.Inputs[i], message.RawInputContents.Count > 0 ? message.RawInputContents[i] : null, i, limits));
            }

            request.Outputs = message.Outputs.Count == 0 ? null : [.. message.Outputs.Select((output, i) => new RequestedOutput(
                output.Name, null, output.Parameters.TryGetValue("classification", out InferParameter? classes) ? RequestedOutput.ClassesOf(Integer(classes), i) : 0))];
            foreach ((string name, InferParameter value) in message.Parameters)
            {
                if (name == "timeout")
                {
                    request.TimeoutMicroseconds = Integer(value) ?? -1;
                }
                else
                {
                    (request.Parameters ??= [])[name] = Text(value);
                }
            }

            return request;
        }
        catch
        {
            request.Dispose();
            throw;
        }
    }

    public static ModelInferResponse Write(InferResponse answer, string? id)
    {
        var message = new ModelInferResponse
        {
            ModelName = answer.Model,
            ModelVersion = answer.Version,
            Id = id ?? "",
            Parameters = { ["route"] = new InferParameter { StringParam = answer.Route } },
        };
        foreach (Tensor output in answer.Outputs)
        {
            message.Outputs.Add(new ModelInferResponse.Types.InferOutputTensor { Name = output.Name, Datatype = output.Type.Name, Shape = { output.Shape } });
            message.RawOutputContents.Add(ByteString.CopyFrom(output.Data));
        }

        return message;
    }

    private static Tensor Input(ModelInferRequest.Types.InferInputTensor input, ByteString? raw, int index, ProtocolLimits limits)
    {
        if (!TensorType.ByName.TryGetValue(input.Datatype, out TensorType? type))
        {
            throw InferenceException.Input(index, "datatype", $"'{input.Datatype}' is not one of {string.Join(", ", TensorType.ByName.Keys.Order())}.");
        }

        long[] shape = [.. input.Shape];
        ProtocolLimits.CheckShape(shape, index);
        ReadOnlySpan<byte> data = raw is null ? Contents(input.Contents ?? new(), type, index) : raw.Span;
        BinaryPart.Check(data, type, shape, index, raw is null ? "contents" : "raw_input_contents");
        PooledMemory memory = limits.Rent(data.Length);
        data.CopyTo(memory.Span);
        return new(input.Name, type, shape, memory, memory.Address, data.Length);
    }

    private static byte[] Contents(InferTensorContents contents, TensorType type, int index) => type.Name switch
    {
        "BOOL" => [.. contents.BoolContents.Select(value => value ? (byte)1 : (byte)0)],
        "INT8" => Bytes(contents.IntContents.Select(value => checked((sbyte)value)), index),
        "INT16" => Bytes(contents.IntContents.Select(value => checked((short)value)), index),
        "INT32" => Bytes(contents.IntContents, index),
        "INT64" => Bytes(contents.Int64Contents, index),
        "UINT8" => Bytes(contents.UintContents.Select(value => checked((byte)value)), index),
        "UINT16" => Bytes(contents.UintContents.Select(value => checked((ushort)value)), index),
        "UINT32" => Bytes(contents.UintContents, index),
        "UINT64" => Bytes(contents.Uint64Contents, index),
        "FP32" => Bytes(contents.Fp32Contents, index),
        "FP64" => Bytes(contents.Fp64Contents, index),
        "BYTES" => [.. contents.BytesContents.SelectMany(Prefixed)],
        _ => throw InferenceException.Input(index, "contents", $"cannot hold {type.Name}; send it in raw_input_contents."),
    };

    private static byte[] Bytes<T>(IEnumerable<T> values, int index)
        where T : unmanaged
    {
        try
        {
            return MemoryMarshal.AsBytes<T>(values.ToArray()).ToArray();
        }
        catch (OverflowException)
        {
            throw InferenceException.Input(index, "contents", $"holds a number that is none of {typeof(T).Name}.");
        }
    }

    private static byte[] Prefixed(ByteString text)
    {
        byte[] element = new byte[sizeof(int) + text.Length];
        BinaryPrimitives.WriteInt32LittleEndian(element, text.Length);
        text.CopyTo(element, sizeof(int));
        return element;
    }

    private static long? Integer(InferParameter value) => value.ParameterChoiceCase switch
    {
        InferParameter.ParameterChoiceOneofCase.Int64Param => value.Int64Param,
        InferParameter.ParameterChoiceOneofCase.Uint64Param => (long)Math.Min(value.Uint64Param, long.MaxValue),
        _ => null,
    };

    private static string Text(InferParameter value) => value.ParameterChoiceCase switch
    {
        InferParameter.ParameterChoiceOneofCase.BoolParam => value.BoolParam ? "true" : "false",
        InferParameter.ParameterChoiceOneofCase.Int64Param => value.Int64Param.ToString(CultureInfo.InvariantCulture),
        InferParameter.ParameterChoiceOneofCase.DoubleParam => value.DoubleParam.ToString("R", CultureInfo.InvariantCulture),
        InferParameter.ParameterChoiceOneofCase.Uint64Param => value.Uint64Param.ToString(CultureInfo.InvariantCulture),
        _ => value.StringParam,
    };
}
