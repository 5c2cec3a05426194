using DurableMl.BatchJobs.Submission;
using FsCheck;
using FsCheck.Fluent;

namespace BatchJobs.Tests.Submission;

[TestClass]
public sealed class BatchIdsTests
{
    [TestMethod]
    public void Ordinary_names_are_kept()
    {
        Assert.AreEqual("run-1", BatchIds.Job("run-1", dedicated: false));
        Assert.AreEqual("run-1-dedicated", BatchIds.Job("run-1", dedicated: true));
        Assert.AreEqual("trial-003-a2", BatchIds.Task("trial-003", 2));
    }

    [TestMethod]
    public void Any_name_gives_an_id_that_Batch_takes_and_always_the_same() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<NonEmptyString>(),
            name =>
            {
                string[] ids = [BatchIds.Job(name.Get, false), BatchIds.Job(name.Get, true), BatchIds.Task(name.Get, 12)];
                return ids.All(id => id.Length is > 0 and <= 64 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
                    && ids.Distinct(StringComparer.Ordinal).Count() == ids.Length
                    && BatchIds.Job(name.Get, false) == ids[0];
            }).QuickCheckThrowOnFailure();

    [TestMethod]
    public void Names_that_differ_only_in_what_Batch_does_not_allow_stay_apart()
    {
        Assert.AreNotEqual(BatchIds.Job("run/1", false), BatchIds.Job("run:1", false));
        Assert.AreNotEqual(BatchIds.Job(new string('r', 80) + "1", false), BatchIds.Job(new string('r', 80) + "2", false));
        Assert.AreNotEqual(BatchIds.Job("run/1", false), BatchIds.Job("run-1", false));
    }
}
