using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using DurableMl.Serving.Grpc;
using Google.Protobuf;
using Grpc.Net.Client;

namespace DurableMl.Bench.Inference;

/// <summary>The same request over gRPC, by the usual client.</summary>
internal sealed class GrpcLoad(Uri address, string model, float[] pixels, long[] shape)
{
    private readonly ModelInferRequest request = new()
    {
        ModelName = model,
        Inputs = { new ModelInferRequest.Types.InferInputTensor { Name = "image", Datatype = "FP32", Shape = { shape } } },
        RawInputContents = { ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(pixels)) },
    };

    /// <summary>Each of so many callers sends the next request when the answer to the last has come.</summary>
    public Measurement Closed(int callers, TimeSpan length)
    {
        using GrpcChannel channel = GrpcChannel.ForAddress(address);
        var client = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
        var latencies = new ConcurrentBag<List<double>>();
        int failed = 0;
        var clock = Stopwatch.StartNew();
        Task.WaitAll([.. Enumerable.Range(0, callers).Select(async _ =>
        {
            var own = new List<double>();
            latencies.Add(own);
            while (clock.Elapsed < length)
            {
                long start = Stopwatch.GetTimestamp();
                ModelInferResponse answer = await client.ModelInferAsync(request);
                own.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                failed += answer.RawOutputContents.Count == 1 ? 0 : 1;
            }
        })]);
        double seconds = clock.Elapsed.TotalSeconds;
        double[] all = [.. latencies.SelectMany(own => own).Order()];
        return new(all.Length / seconds, all[all.Length / 2], all[(int)(all.Length * 0.99)], all.Length, failed);
    }
}
