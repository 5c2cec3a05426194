using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Wire;
using FsCheck;
using FsCheck.Fluent;

namespace BatchEmulator.Tests.Wire;

[TestClass]
public sealed class ODataFilterTests
{
    private static readonly JsonObject Document = new()
    {
        ["id"] = "O'Brien-1",
        ["state"] = "completed",
        ["priority"] = 5,
        ["requiredSlots"] = 5,
        ["usesTaskDependencies"] = true,
        ["creationTime"] = "2026-11-23T08:00:00.0000000Z",
        ["executionInfo"] = new JsonObject { ["exitCode"] = 3 },
    };

    [TestMethod]
    [DataRow("state eq 'Completed'", true)]
    [DataRow("state ne 'active'", true)]
    [DataRow("id eq 'O''Brien-1'", true)]
    [DataRow("startswith(id, 'o''b')", true)]
    [DataRow("requiredSlots ge 5 and requiredSlots le 5", true)]
    [DataRow("requiredSlots gt 5 or ExecutionInfo/ExitCode eq 3", true)]
    [DataRow("executionInfo/exitCode eq 3", true)]
    [DataRow("executionInfo/retryCount eq 3", false)]
    [DataRow("executionInfo/retryCount eq null", true)]
    [DataRow("creationTime lt datetime'2026-11-23T09:00:00Z'", true)]
    [DataRow("creationTime ge 2026-11-23T08:00:00Z", true)]
    [DataRow("creationTime gt DateTime'2026-11-23T08:00:00Z'", false)]
    [DataRow("not (state eq 'active') and (requiredSlots eq 4 or requiredSlots eq 5)", true)]
    [DataRow("requiredSlots eq 4 or requiredSlots eq 5 and state eq 'active'", false)]
    public void Filters_let_through_what_they_say(string filter, bool expected) => Assert.AreEqual(expected, ODataFilter.Parse(filter, "BatchTask").Matches(Document));

    [TestMethod]
    [DataRow("state eq")]
    [DataRow("state is 'x'")]
    [DataRow("(state eq 'x'")]
    [DataRow("state eq 'x' state eq 'y'")]
    [DataRow("startswith(id 'x')")]
    [DataRow("state eq 'x")]
    [DataRow("'x' eq state")]
    [DataRow("stat eq 'active'")]
    [DataRow("executionInfo/result eq 'failure' and executionInfo/code eq 3")]
    [DataRow("startswith(name, 'x')")]
    public void A_mistake_is_a_bad_request_that_names_the_parameter(string filter)
    {
        var error = Assert.ThrowsExactly<BatchException>(() => ODataFilter.Parse(filter, "BatchTask"));

        Assert.AreEqual(400, error.Status);
        Assert.IsTrue(error.Values.Contains(("QueryParameterName", "$filter")));
    }

    [TestMethod]
    public void And_or_and_not_agree_with_the_machines() =>
        Prop.ForAll(Gen.Sized(Condition).ToArbitrary(), c => (ODataFilter.Parse(c.Text, "BatchJob").Matches(Document) == c.Value).Label(c.Text)).QuickCheckThrowOnFailure();

    private static Gen<(string Text, bool Value)> Condition(int size)
    {
        var leaf = Gen.Choose(0, 10).Select(n => (Text: $"priority gt {n}", Value: 5 > n));
        if (size < 2)
        {
            return leaf;
        }

        var inner = Condition(size / 2);
        return Gen.OneOf(
            leaf,
            inner.Select(x => ($"not ({x.Text})", !x.Value)),
            from a in inner from b in inner select ($"({a.Text}) and ({b.Text})", a.Value && b.Value),
            from a in inner from b in inner select ($"({a.Text}) or ({b.Text})", a.Value || b.Value));
    }
}
