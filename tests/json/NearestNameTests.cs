using DurableMl.Json;

namespace Json.Tests;

[TestClass]
public sealed class NearestNameTests
{
    private static readonly string[] Known = ["version", "model", "maxErrorRate", "minRequests", "in", "key"];

    [TestMethod]
    [DataRow("vresion", "version")]
    [DataRow("Version", "version")]
    [DataRow("maxErorRate", "maxErrorRate")]
    [DataRow("max_error_rate", "maxErrorRate")]
    [DataRow("modle", "model")]
    [DataRow("key1", "key")]
    [DataRow("inn", "in")]
    public void A_misspelt_name_finds_the_one_that_was_meant(string written, string meant) => Assert.AreEqual(meant, NearestName.Of(written, Known));

    [TestMethod]
    [DataRow("target")]
    [DataRow("")]
    [DataRow("x")]
    [DataRow("percent")]
    public void Where_no_name_is_near_all_are_given(string written)
    {
        Assert.IsNull(NearestName.Of(written, Known));
        Assert.AreEqual("is not known here; known are in, key, maxErrorRate, minRequests, model, version", NearestName.Refusal(written, Known));
    }

    [TestMethod]
    public void A_very_long_name_is_cut_where_it_is_shown_and_costs_no_comparison()
    {
        Assert.IsNull(NearestName.Of(new string('v', 10_000_000), Known));
        Assert.IsLessThan(100, NearestName.Path("$", new string('v', 10_000_000)).Length);
        Assert.AreEqual("$.route['odd name']", NearestName.Path("$.route", "odd name"));
    }
}
