using DurableMl.Orchestrations.Runs;

namespace Orchestrations.Tests.Runs;

[TestClass]
public class RunIdsTests
{
    [TestMethod]
    [DataRow("mnist-1", true)]
    [DataRow("0", true)]
    [DataRow("", false)]
    [DataRow(null, false)]
    [DataRow("-a", false)]
    [DataRow("A", false)]
    [DataRow("a/b", false)]
    [DataRow("..", false)]
    [DataRow("a\n", false)]
    [DataRow("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true)]
    [DataRow("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    public void A_run_id_is_safe_in_blob_names_URLs_and_Batch(string? id, bool valid) => Assert.AreEqual(valid, RunIds.IsValid(id));

    [TestMethod]
    public void Trial_ids_sort_as_their_numbers_do() => Assert.AreEqual("trial-007", RunIds.TrialId(7));
}
