using DurableMl.Inference.Values;

namespace Inference.Tests.Values;

[TestClass]
public sealed class PartNameTests
{
    [TestMethod]
    [DataRow("y", true)]
    [DataRow("y[0]", true)]
    [DataRow("y[12]", true)]
    [DataRow("y.keys", true)]
    [DataRow("y.values", true)]
    [DataRow("y[3].keys", true)]
    [DataRow("y[3].values", true)]
    [DataRow("x", false)]
    [DataRow("yy", false)]
    [DataRow("y[", false)]
    [DataRow("y[]", false)]
    [DataRow("y[0", false)]
    [DataRow("y[-1]", false)]
    [DataRow("y[a]", false)]
    [DataRow("y[0]x", false)]
    [DataRow("y.0", false)]
    [DataRow("y.keys.x", false)]
    public void A_value_is_carried_by_tensors_of_its_own_names_only(string tensor, bool expected) => Assert.AreEqual(expected, PartName.IsOf(tensor, "y"));
}
