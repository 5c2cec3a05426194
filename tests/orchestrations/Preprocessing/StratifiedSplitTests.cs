using DurableMl.Orchestrations.Preprocessing;

namespace Orchestrations.Tests.Preprocessing;

[TestClass]
public class StratifiedSplitTests
{
    private static readonly long[] Labels = [.. Enumerable.Range(0, 1000).Select(i => (long)(i < 900 ? 0 : i < 990 ? 1 : 2))];

    [TestMethod]
    public void Every_class_gives_its_share()
    {
        bool[] validation = StratifiedSplit.Choose(Labels, 0.1, 1);

        int[] counts = [.. new long[] { 0, 1, 2 }.Select(label => validation.Where((chosen, i) => chosen && Labels[i] == label).Count())];
        CollectionAssert.AreEqual(new[] { 90, 9, 1 }, counts);
    }

    [TestMethod]
    public void The_seed_decides()
    {
        CollectionAssert.AreEqual(StratifiedSplit.Choose(Labels, 0.1, 1), StratifiedSplit.Choose(Labels, 0.1, 1));
        CollectionAssert.AreNotEqual(StratifiedSplit.Choose(Labels, 0.1, 1), StratifiedSplit.Choose(Labels, 0.1, 2));
    }
}
