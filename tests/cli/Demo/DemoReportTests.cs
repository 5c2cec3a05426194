using DurableMl.Cli.Demo;
using DurableMl.Cli.Hosting;
using DurableMl.Cli.Pipelines;

namespace Cli.Tests.Demo;

[TestClass]
public sealed class DemoReportTests
{
    [TestMethod]
    public void The_addresses_that_are_printed_carry_what_opens_them()
    {
        var output = new RunOutput
        {
            Dataset = new RunDataset("mnist", "v1", Reused: false, 10, 1),
            Model = new PublishedModel("mnist", "3", ["champion"]),
            ReportBlob = "demo-1/report.json",
        };

        var places = DemoReport.Places(new StorageAccount(Convert.ToBase64String(new byte[64])), new HostPorts(1, 2, 3, 4, 5), "demo-1", output, DateTimeOffset.UnixEpoch).ToDictionary(place => place.What, place => place.Url, StringComparer.Ordinal);

        CollectionAssert.AreEqual(new[] { "run", "report", "dataset", "model" }, places.Keys.ToArray());
        Assert.IsTrue(places.Values.All(url => url.Query.Contains("sig=", StringComparison.Ordinal)), "without a signature, storage answers 403");
        StringAssert.Contains(places["model"].Query, "comp=list&prefix=mnist%2F3%2F");
        StringAssert.EndsWith(places["report"].AbsolutePath, "/runs/demo-1/report.json");
    }
}
