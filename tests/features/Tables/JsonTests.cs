using System.Text;
using DurableMl.Features.Schemas;
using DurableMl.Features.Tables;
using static Features.Tests.TableText;

namespace Features.Tests.Tables;

[TestClass]
public class JsonTests
{
    private static readonly TableSchema Schema = Schema(("kind", ColumnType.Categorical), ("size", ColumnType.Numeric), ("old", ColumnType.Boolean));

    [TestMethod]
    [DataRow("a.json", """[{"kind": "x", "size": 1.5, "old": true}, {"size": null, "more": [1]}, {"old": false, "kind": 7, "size": "NA"}]""")]
    [DataRow("a.jsonl", "{\"kind\": \"x\", \"size\": 1.5, \"old\": true}\n{\"size\": null}\n{\"old\": false, \"kind\": 7, \"size\": \"\"}\n")]
    [DataRow("a.json", "\n{\"kind\": \"x\", \"size\": 1.5, \"old\": true}\n{\"size\": null}\n{\"old\": false, \"kind\": 7.0, \"size\": \"\"}\n")]
    [DataRow("a.jsonl", """ [{"kind": "x", "size": 1.5, "old": true}, {"size": null}, {"old": false, "kind": 7, "size": "NA"}]""")]
    public async Task Values_are_read_by_name_and_what_is_not_there_is_missing(string name, string content)
    {
        TableBatch batch = await OneAsync(Source(name, content), Schema);

        CollectionAssert.AreEqual(new[] { "x", null, "7" }, batch["kind"].Texts.ToArray());
        CollectionAssert.AreEqual(new[] { 1.5, double.NaN, double.NaN }, batch["size"].Numbers.ToArray());
        CollectionAssert.AreEqual(new[] { 1, double.NaN, 0 }, batch["old"].Numbers.ToArray());
    }

    [TestMethod]
    [DataRow("a.json", "\uFEFF[{\"kind\": \"x\"}]")]
    [DataRow("a.jsonl", "\uFEFF{\"kind\": \"x\"}")]
    [DataRow("a.csv", "\uFEFFkind,size,old\nx,,")]
    public async Task A_byte_order_mark_is_no_content(string name, string content) =>
        Assert.AreEqual("x", (await OneAsync(Source(name, content), Schema))["kind"].Texts.Span[0]);

    [TestMethod]
    [DataRow("a.json", "[{\"kind\": \"x\"}, {\"kind\": ", "a.json, line 1: is not valid JSON")]
    [DataRow("a.json", "kind,size", "a.json, line 1: is not valid JSON")]
    [DataRow("a.jsonl", "{\"kind\": \"x\"}\nnonsense\n", "a.jsonl, line 2: is not valid JSON")]
    [DataRow("a.jsonl", "{\"kind\": \"x\"}\n[1]\n", "a.jsonl, row 2: is an array; every row must be an object")]
    [DataRow("a.jsonl", "{\"kind\": {\"a\": 1}}\n", "a.jsonl, row 1: column 'kind' should hold text, not an object; give the column the type ignored")]
    [DataRow("a.jsonl", "{\"size\": [1]}\n", "a.jsonl, row 1: column 'size' should hold a finite number, not a list;")]
    [DataRow("a.jsonl", "{\"size\": 1}\n{\"size\": \"big\"}\n", "a.jsonl, row 2: column 'size' should hold a finite number, not 'big'")]
    [DataRow("a.jsonl", "{\"size\": 1e999}\n", "a.jsonl, row 1: column 'size' should hold a finite number")]
    public async Task What_is_wrong_is_said_with_its_place(string name, string content, string refusal) =>
        StringAssert.StartsWith(await RefusalAsync(Source(name, content), Schema), refusal);

    [TestMethod]
    [DataRow("a.jsonl", "{\"kind\": \"x\"}\n{\"kind\": \"é\"}\n")]
    [DataRow("a.json", "[{\"kind\": \"x\"}, {\"kind\": \"é\"}]")]
    public async Task Another_encoding_in_the_middle_is_refused(string name, string content) => StringAssert.StartsWith(
        await RefusalAsync(Source(name, Encoding.Latin1.GetBytes(content)), Schema(("kind", ColumnType.Categorical))), $"{name}, row 2: has a text that is none:");

    [TestMethod]
    [DataRow("[[1]]", "a list of lists or objects")]
    [DataRow("[{\"a\": 1}]", "a list of lists or objects")]
    [DataRow("[\"a\", null]", "a list with a null in it")]
    [DataRow("{\"a\": 1}", "an object")]
    public async Task Labels_are_a_list_of_single_values(string labels, string found) => StringAssert.StartsWith(
        await RefusalAsync(Source("a.jsonl", $$"""{"tags": {{labels}}}"""), Schema(("tags", ColumnType.Labels))), $"a.jsonl, row 1: column 'tags' should hold a list of labels, not {found};");

    [TestMethod]
    [DataRow("a.json", "[{\"kind\": \"")]
    [DataRow("a.jsonl", "{\"kind\": \"a\"}\n{\"kind\": \"")]
    public async Task A_row_that_never_ends_is_refused_before_it_fills_the_memory(string name, string start) => StringAssert.Contains(
        await RefusalAsync(Source(name, start + new string('x', TableReader.MaxRowLength + 100_000)), Schema), "has a row of more than 16777216 bytes");
}
