namespace Azure.Compute.Batch.Tests.Serialization;

[TestClass]
public sealed class ExtensibleEnumTests
{
    [TestMethod]
    public void Values_are_equal_without_regard_to_case()
    {
        Assert.AreEqual(BatchTaskState.Completed, new BatchTaskState("COMPLETED"));
        Assert.IsTrue(BatchTaskState.Completed == "Completed");
        Assert.AreEqual(BatchTaskState.Completed.GetHashCode(), new BatchTaskState("Completed").GetHashCode());
        Assert.IsTrue(BatchTaskState.Completed != BatchTaskState.Active);
    }

    [TestMethod]
    public void A_value_of_tomorrow_is_kept()
    {
        BatchNodeState state = "hibernating";

        Assert.AreEqual("hibernating", state.ToString());
    }

    [TestMethod]
    public void A_default_value_equals_nothing_but_itself()
    {
        Assert.AreNotEqual(BatchTaskState.Active, default);
        Assert.AreEqual(default(BatchTaskState), default);
        Assert.AreEqual(0, default(BatchTaskState).GetHashCode());
    }

    [TestMethod]
    public void Null_converts_to_no_value()
    {
        BatchTaskExecutionResult? none = (string)null!;

        Assert.IsNull(none);
        Assert.ThrowsExactly<ArgumentNullException>(() => new BatchTaskState(null!));
    }
}
