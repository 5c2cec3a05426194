using System.Diagnostics;
using DurableMl.Functions.Hosting;
using DurableMl.Inference;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Trace;

namespace Functions.Tests.Telemetry;

/// <summary>
/// What goes to Application Insights: the whole of each trace that the host has taken, and nothing of the others. Sources belong to the
/// process, and a span is recorded as soon as one of all providers wants it: nothing else may run beside these tests.
/// </summary>
[TestClass]
[DoNotParallelize]
public sealed class SamplingTests
{
    // Nobody listens there: nothing leaves the machine.
    private const string Nowhere = "InstrumentationKey=00000000-0000-0000-0000-000000000001;IngestionEndpoint=http://127.0.0.1:9/;LiveEndpoint=http://127.0.0.1:9/";

    [TestMethod]
    [DataRow(ActivityTraceFlags.Recorded, 500)]
    [DataRow(ActivityTraceFlags.None, 0)]
    public void A_trace_is_kept_whole_or_not_at_all(ActivityTraceFlags host, int kept)
    {
        IConfiguration configuration = Configuration();
        using ServiceProvider services = new ServiceCollection().AddSingleton(configuration).AddDurableMlTelemetry(configuration).BuildServiceProvider();

        int recorded = Recorded(services, new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), host, isRemote: true));

        Assert.AreEqual(kept, recorded);
    }

    [TestMethod]
    public void Of_the_traces_that_begin_in_a_server_its_share_is_kept_and_a_callers_decision_counts_before()
    {
        IConfiguration configuration = Configuration();
        var collection = new ServiceCollection();
        collection.AddSingleton(configuration).AddTelemetryExport(configuration, new TraceIdRatioBasedSampler(0));
        using ServiceProvider services = collection.BuildServiceProvider();

        Assert.AreEqual(0, Recorded(services, default));
        Assert.AreEqual(500, Recorded(services, new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, isRemote: true)));
    }

    private static IConfiguration Configuration() => new ConfigurationBuilder()
        .AddInMemoryCollection([KeyValuePair.Create("APPLICATIONINSIGHTS_CONNECTION_STRING", (string?)Nowhere)])
        .Build();

    private static int Recorded(ServiceProvider services, ActivityContext parent)
    {
        _ = services.GetRequiredService<TracerProvider>();
        using var source = new ActivitySource("Azure.Tests");
        int recorded = 0;
        for (int i = 0; i < 500; i++)
        {
            using Activity? span = source.StartActivity("work", ActivityKind.Internal, parent);
            recorded += span?.Recorded == true ? 1 : 0;
        }

        return recorded;
    }
}
