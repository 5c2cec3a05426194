using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using DurableMl.Serving.Grpc;
using Google.Protobuf;
using Grpc.Core;

namespace Serving.Tests;

/// <summary>The signature over gRPC: the cases of HTTP, each sent in lists.</summary>
[TestClass]
public sealed class GrpcSignatureTests : SignatureConformance
{
    private static Server server = null!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context) => server = await Server.StartAsync();

    [ClassCleanup]
    public static async Task StopAsync() => await server.DisposeAsync();

    protected override Task<BlobServiceClient> BlobsAsync() => Server.BlobsAsync();

    protected override async Task<JsonNode?> SignatureAsync(string model)
    {
        ModelMetadataResponse metadata = await server.Grpc.ModelMetadataAsync(new() { Name = model }, Server.WithKey);
        return JsonNode.Parse(JsonFormatter.Default.Format(metadata.Signature));
    }

    private protected override async Task<Answer> AskAsync(Question question)
    {
        var request = new ModelInferRequest { ModelName = question.Model, Inputs = { question.Inputs.Select(Input) } };
        foreach ((string name, object value) in question.Parameters)
        {
            request.Parameters[name] = value switch
            {
                bool flag => new InferParameter { BoolParam = flag },
                int number => new InferParameter { Int64Param = number },
                double number => new InferParameter { DoubleParam = number },
                _ => throw new NotSupportedException($"{value}"),
            };
        }

        if (question.Output is { } output)
        {
            var wanted = new ModelInferRequest.Types.InferRequestedOutputTensor { Name = output };
            if (question.Classes is { } classes)
            {
                wanted.Parameters["classification"] = new InferParameter { Int64Param = classes };
            }

            request.Outputs.Add(wanted);
        }

        try
        {
            ModelInferResponse answer = await server.Grpc.ModelInferAsync(request, Server.WithKey);
            ILookup<bool, (string Name, ByteString Data)> outputs = answer.Outputs.Zip(answer.RawOutputContents).ToLookup(
                each => each.First.Datatype == "BYTES", each => (each.First.Name, each.Second));
            return new(null, outputs[true].ToDictionary(each => each.Name, each => Texts(each.Data)), outputs[false].ToDictionary(each => each.Name, each => Numbers(each.Data)));
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.InvalidArgument)
        {
            return new(e.Status.Detail, [], []);
        }
    }

    // There is no null in lists: a number that is not known is NaN, a text empty.
    private static ModelInferRequest.Types.InferInputTensor Input(Values input)
    {
        var contents = new InferTensorContents();
        foreach (object? value in input.Data)
        {
            switch (input.Datatype)
            {
                case "BYTES":
                    contents.BytesContents.Add(value is byte[] file ? ByteString.CopyFrom(file) : ByteString.CopyFromUtf8((string?)value ?? ""));
                    break;
                case "FP64":
                    contents.Fp64Contents.Add((double?)value ?? double.NaN);
                    break;
                case "FP32":
                    contents.Fp32Contents.Add((float?)value ?? float.NaN);
                    break;
                case "INT32":
                    contents.IntContents.Add((int)value!);
                    break;
                case "UINT8":
                    contents.UintContents.Add((byte)value!);
                    break;
                default:
                    throw new NotSupportedException(input.Datatype);
            }
        }

        return new() { Name = input.Name, Datatype = input.Datatype, Shape = { input.Shape }, Contents = contents };
    }

    private static double[] Numbers(ByteString data) => Array.ConvertAll(MemoryMarshal.Cast<byte, float>(data.Span).ToArray(), number => (double)number);

    private static string[] Texts(ByteString data)
    {
        var texts = new List<string>();
        for (ReadOnlySpan<byte> left = data.Span; !left.IsEmpty;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(left);
            texts.Add(Encoding.UTF8.GetString(left.Slice(sizeof(int), length)));
            left = left[(sizeof(int) + length)..];
        }

        return [.. texts];
    }
}
