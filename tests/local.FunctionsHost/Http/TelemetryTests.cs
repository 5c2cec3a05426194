using System.Diagnostics;
using DurableMl.Tests.Support.Otlp;

namespace FunctionsHost.Tests.Http;

[TestClass]
public sealed class TelemetryTests
{
    [TestMethod]
    public async Task The_hosts_spans_go_to_the_collector_and_belong_to_the_callers_trace()
    {
        await using var collector = new OtlpReceiver();
        var settings = new HostSettings { Only = ["Logs"] };
        foreach (var (name, value) in collector.Environment)
        {
            settings.Environment[name] = value;
        }

        await using var host = await HostProcess.StartAsync(settings);
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/logs") { Headers = { { "traceparent", $"00-{trace}-00f067aa0ba902b7-01" } } };
        using var response = await host.Client.SendAsync(request);
        Assert.AreEqual(trace, await response.Content.ReadAsStringAsync());

        await Eventually.TrueAsync(
            () => collector.Spans.Any(span => span.TraceId == trace && span.Service == "EveryTrigger-host" && span.ParentId == "00f067aa0ba902b7"), "the request's span arrives");
    }
}
