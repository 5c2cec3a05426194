using System.Diagnostics;
using DurableMl.Functions.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Trace;

namespace Functions.Tests.Telemetry;

/// <summary>What goes to Application Insights: the whole of each trace that the host has taken, and nothing of the others.</summary>
[TestClass]
public sealed class SamplingTests
{
    // Nobody listens there: nothing leaves the machine.
    private const string Nowhere = "InstrumentationKey=00000000-0000-0000-0000-000000000001;IngestionEndpoint=http://127.0.0.1:9/;LiveEndpoint=http://127.0.0.1:9/";

    [TestMethod]
    [DataRow(ActivityTraceFlags.Recorded, 500)]
    [DataRow(ActivityTraceFlags.None, 0)]
    public void A_trace_is_kept_whole_or_not_at_all(ActivityTraceFlags host, int kept)
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("APPLICATIONINSIGHTS_CONNECTION_STRING", (string?)Nowhere)])
            .Build();
        using ServiceProvider services = new ServiceCollection().AddSingleton(configuration).AddDurableMlTelemetry(configuration).BuildServiceProvider();
        _ = services.GetRequiredService<TracerProvider>();
        using var source = new ActivitySource("Azure.Tests");
        var parent = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), host, isRemote: true);

        int recorded = 0;
        for (int i = 0; i < 500; i++)
        {
            using Activity? span = source.StartActivity("work", ActivityKind.Internal, parent);
            recorded += span?.Recorded == true ? 1 : 0;
        }

        Assert.AreEqual(kept, recorded);
    }
}
