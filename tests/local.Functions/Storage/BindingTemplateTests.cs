using DurableMl.Local.Functions.Storage;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsHost.Tests.Storage;

[TestClass]
public sealed class BindingTemplateTests
{
    private static readonly FakeTimeProvider Clock = new(new DateTimeOffset(2026, 11, 23, 7, 0, 5, TimeSpan.Zero));

    [TestMethod]
    [DataRow("{name}", "a/b", "name=a/b")]
    [DataRow("{dataset}/{name}", "a/b/c", "dataset=a/b;name=c")]
    [DataRow("{name}.{extension}", "a.b.csv", "extension=csv;name=a.b")]
    [DataRow("{run}/trials/{trial}/result.json", "r1/trials/t2/result.json", "run=r1;trial=t2")]
    [DataRow("plain", "plain", "")]
    [DataRow("a+b/{name}", "aab/x", null)]
    [DataRow("{name}.csv", "x.txt", null)]
    public void A_pattern_captures_as_the_genuine_host_does(string pattern, string path, string? expected)
    {
        Dictionary<string, object?>? match = new BindingTemplate(pattern).Match(path);
        Assert.AreEqual(expected, match is null ? null : string.Join(';', match.OrderBy(m => m.Key).Select(m => $"{m.Key}={m.Value}")));
    }

    [TestMethod]
    public void A_template_is_filled_from_data_and_the_clock()
    {
        BindingTemplate template = new("{NAME}/{DateTime:yyyy}/{DateTime}/{rand-guid}");
        string filled = template.Fill(new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase) { ["name"] = 7 }, Clock);
        StringAssert.StartsWith(filled, "7/2026/2026-11-23T07-00-05Z/");
        Assert.IsTrue(Guid.TryParse(filled.Split('/')[^1], out _));
    }

    [TestMethod]
    public void A_name_without_a_value_is_an_error_that_says_which()
    {
        InvalidOperationException error = Assert.ThrowsExactly<InvalidOperationException>(() =>
            new BindingTemplate("out/{missing}").Fill(new Dictionary<string, object?>(), Clock)
        );
        StringAssert.Contains(error.Message, "'missing'");
    }
}
