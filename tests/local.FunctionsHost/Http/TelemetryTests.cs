using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace FunctionsHost.Tests.Http;

[TestClass]
public sealed class TelemetryTests
{
    [TestMethod]
    public async Task The_hosts_spans_go_to_the_collector_and_belong_to_the_callers_trace()
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}/");
        using var collector = new HttpListener { Prefixes = { address } };
        collector.Start();
        await using var host = await HostProcess.StartAsync(new HostSettings
        {
            Only = ["Logs"],
            Environment = { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = address, ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf", ["OTEL_BSP_SCHEDULE_DELAY"] = "100" },
        });
        var trace = ActivityTraceId.CreateRandom();
        var bytes = Convert.FromHexString(trace.ToHexString());
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/logs") { Headers = { { "traceparent", $"00-{trace}-00f067aa0ba902b7-01" } } };
        using var response = await host.Client.SendAsync(request);
        Assert.AreEqual(trace.ToHexString(), await response.Content.ReadAsStringAsync());

        using var limit = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            var context = await collector.GetContextAsync().WaitAsync(limit.Token);
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body, limit.Token);
            context.Response.Close();
            if (context.Request.Url!.AbsolutePath == "/v1/traces" && body.ToArray().AsSpan().IndexOf(bytes) >= 0)
            {
                Assert.IsTrue(body.ToArray().AsSpan().IndexOf("EveryTrigger-host"u8) >= 0);
                return;
            }
        }
    }
}
