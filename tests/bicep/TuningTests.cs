using System.Globalization;
using System.Text.Json;

namespace Bicep.Tests;

/// <summary>That docs/tuning.md has every value of host.json as it is, beside a reason.</summary>
[TestClass]
public sealed class TuningTests
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "tuning.md"));

    [TestMethod]
    public void Every_value_of_host_json_has_a_reason_and_is_what_the_page_says()
    {
        JsonElement host = JsonElement.Parse(File.ReadAllText(Path.Combine(Repository.Root, "host.json")));
        Assert.AreEqual("", string.Join('\n', Values("", host).Where(value => !IsExplained(value.Name, value.Text)).Select(value => $"{value.Name} = {value.Text}")));
    }

    [TestMethod]
    public void A_value_that_the_page_does_not_have_is_found()
    {
        Assert.IsTrue(IsExplained("maxConcurrentActivityFunctions", "16"));
        Assert.IsFalse(IsExplained("maxConcurrentActivityFunctions", "17"));
        Assert.IsFalse(IsExplained("maxConcurrentEntityFunctions", "16"));
    }

    // A row names one value or several, has what it is in the second cell, and a reason in the third.
    private static bool IsExplained(string name, string text) => Lines.Select(line => line.Split(" | ")).Any(cells =>
        cells.Length >= 3
        && cells[0].Split('`').Any(part => part == name || part.EndsWith("." + name, StringComparison.Ordinal))
        && (text.Length == 0 ? cells[1] == "empty" : cells[1].Contains($"`{text}`", StringComparison.Ordinal))
        && cells[2].Length > 20);

    private static IEnumerable<(string Name, string Text)> Values(string name, JsonElement element) => element.ValueKind == JsonValueKind.Object
        ? element.EnumerateObject().SelectMany(member => Values(member.Name, member.Value))
        : [(name, element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText().ToLower(CultureInfo.InvariantCulture))];
}
