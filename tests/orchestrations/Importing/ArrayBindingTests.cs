using DurableMl.Onnx;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Importing;
using DurableMl.Registry;

namespace Orchestrations.Tests.Importing;

[TestClass]
public sealed class ArrayBindingTests
{
    private static readonly TensorSpec[] Specs = [new("x", "FP32", [-1]), new("y", "FP32", [-1])];

    [TestMethod]
    [DataRow("y x", "1 0", false, DisplayName = "by name")]
    [DataRow("arr_1 arr_0", "1 0", false, DisplayName = "by number")]
    [DataRow("one two", "0 1", true, DisplayName = "by order, where a converter has named them")]
    [DataRow("x unused y", "0 2", true, DisplayName = "without what a converter left out")]
    public void Arrays_find_their_inputs(string names, string expected, bool converted)
    {
        IReadOnlyList<TensorValue> bound = new ArrayBinding("sample", "input", converted).Bind(Arrays(names), Specs);

        CollectionAssert.AreEqual(new[] { "x", "y" }, bound.Select(array => array.Name).ToArray());
        Assert.AreEqual(expected, string.Join(' ', bound.Select(array => array.Data.Span[0])));
    }

    [TestMethod]
    public void A_single_array_without_a_name_is_for_the_single_input() =>
        Assert.AreEqual("x", new ArrayBinding("sample", "input", false).Bind(Arrays(""), Specs[..1])[0].Name);

    [TestMethod]
    [DataRow("one two", "input", false)]
    [DataRow("x", "input", false)]
    [DataRow("x y z", "input", false)]
    [DataRow("x y z", "output", true)]
    [DataRow("x x", "input", true)]
    [DataRow("", "input", false)]
    public void Arrays_for_something_else_are_refused_by_name(string names, string kind, bool converted) =>
        Assert.StartsWith("expected: ", Assert.ThrowsExactly<PermanentFailureException>(() => new ArrayBinding("expected", kind, converted).Bind(Arrays(names), Specs)).Message);

    private static TensorValue[] Arrays(string names) => [.. names.Split(' ').Select((name, i) => new TensorValue(name, TensorType.ByName["UINT8"], [1], new[] { (byte)i }))];
}
