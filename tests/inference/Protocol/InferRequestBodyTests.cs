using System.Net;
using System.Net.Sockets;
using System.Text;
using DurableMl.Inference.Protocol;
using DurableMl.Onnx;
using Microsoft.AspNetCore.Http;
using static Inference.Tests.InferClient;

namespace Inference.Tests.Protocol;

[TestClass]
public sealed class InferRequestBodyTests
{
    private static readonly string Ones = Floats("x", [1, 4], 1, 1, 1, 1);

    [TestMethod]
    public async Task A_body_that_is_only_announced_takes_no_memory_to_speak_of()
    {
        var limits = new ProtocolLimits { Memory = new(1L << 40) };
        using var gone = new CancellationTokenSource();
        Task[] waiting = [.. Enumerable.Range(0, 500).Select(_ => RequestBody.ReceiveAsync(Announcing(64 << 20, new Silence()), limits, gone.Token).AsTask())];

        Assert.IsLessThanOrEqualTo(500L * (64 << 10), limits.Memory.Taken);
        await gone.CancelAsync();
        foreach (Task task in waiting)
        {
            await Assert.ThrowsAsync<OperationCanceledException>(() => task);
        }

        Assert.AreEqual(0, limits.Memory.Taken);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(64 << 10)]
    [DataRow((64 << 10) + 1)]
    [DataRow(1_000_003)]
    public async Task A_body_that_comes_in_pieces_is_whole_at_the_end_whatever_its_length(int length)
    {
        var limits = new ProtocolLimits { Memory = new(1L << 40) };
        byte[] sent = new byte[length];
        new Random(1).NextBytes(sent);
        foreach (bool announced in (bool[])[true, false])
        {
            HttpRequest request = Announcing(length, new Pieces(sent));
            request.ContentLength = announced ? length : null;
            (PooledMemory memory, int read, int json) = await RequestBody.ReceiveAsync(request, limits, CancellationToken.None);

            Assert.IsTrue(memory.Span[..read].SequenceEqual(sent));
            Assert.AreEqual(length, json);
            memory.Release();
            Assert.AreEqual(0, limits.Memory.Taken);
        }
    }

    [TestMethod]
    public async Task All_requests_together_take_up_no_more_than_they_may_and_the_next_is_told_to_come_again()
    {
        await using InferenceHost host = await InferenceHost.StartAsync(settings: new() { ["Inference:MaxRequestBytes"] = "1000000", ["Inference:MaxRequestMemoryBytes"] = "4194304" });
        await host.PublishAsync("m", OnnxModel.Add(1));
        Assert.AreEqual(200, (await host.Client.PostJsonAsync("v2/models/m/infer", Ones)).Status);
        var protocol = host.Service<OpenInferenceProtocol>();
        var halves = new List<TcpClient>();
        try
        {
            for (int i = 1; i <= 3; i++)
            {
                halves.Add(await SendHalfAsync(host.Client.BaseAddress!));
                await Eventually.TrueAsync(() => protocol.Limits.Memory.Taken == i << 20, $"{i} halves have arrived");
            }

            string large = Request("x", "FP32", [1, 4], "[1,1,1,1]", $",\"id\":\"{new string('a', 900_000)}\"");
            var refused = await host.Client.PostJsonAsync("v2/models/m/infer", large);

            Assert.AreEqual(503, refused.Status);
            Assert.AreEqual(TimeSpan.FromSeconds(1), refused.Response.Headers.RetryAfter!.Delta);
        }
        finally
        {
            halves.ForEach(half => half.Dispose());
        }

        await Eventually.TrueAsync(() => protocol.Limits.Memory.Taken == 0, "what the halves took up is free again");
        Assert.AreEqual(200, (await host.Client.PostJsonAsync("v2/models/m/infer", Ones)).Status);
    }

    [TestMethod]
    public void What_is_decoded_counts_too()
    {
        var limits = new ProtocolLimits { Memory = new(1 << 20) };
        byte[] json = Encoding.UTF8.GetBytes(Request("x", "FP64", [300_000], "[" + string.Join(',', Enumerable.Repeat(1, 300_000)) + "]"));
        PooledMemory memory = PooledMemory.Rent(json.Length);
        json.CopyTo(memory.Span);
        try
        {
            InferenceException e = Assert.ThrowsExactly<InferenceException>(() => InferRequestReader.Parse(memory, json.Length, json.Length, limits));
            Assert.AreEqual(503, e.Status);
            Assert.AreEqual(0, limits.Memory.Taken);
        }
        finally
        {
            memory.Release();
        }
    }

    private static HttpRequest Announcing(long length, Stream body)
    {
        var context = new DefaultHttpContext();
        context.Request.ContentLength = length;
        context.Request.Body = body;
        return context.Request;
    }

    private static async Task<TcpClient> SendHalfAsync(Uri server)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Port);
        string head = $"POST /v2/models/m/infer HTTP/1.1\r\nHost: {server.Authority}\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head + new string(' ', 600_000)));
        return client;
    }

    private sealed class Silence : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return 0;
        }
    }

    private sealed class Pieces(byte[] content) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 7001)], cancellationToken);
    }
}
