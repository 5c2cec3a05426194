using DurableMl.Inference.Experiments;

namespace Inference.Tests.Experiments;

[TestClass]
public sealed class PredictionLogTests
{
    private const string One = "1";

    [TestMethod]
    public void The_oldest_request_leaves_first_and_the_model_with_its_last()
    {
        var log = new PredictionLog(2);
        log.Add("old", One, Prediction("a"));
        log.Add("new", One, Prediction("b"));
        CollectionAssert.AreEquivalent(new[] { "old", "new" }, log.Models.ToArray());
        log.Add("new", "2", Prediction("c"));

        Assert.IsNull(log.Take("old", One));
        Assert.IsFalse(log.Knows("old", PredictionLog.KeyOf(One)));
        CollectionAssert.AreEqual(new[] { "new" }, log.Models.ToArray());
        Assert.AreEqual("b", log.Take("new", One)!.Single().Route);
    }

    [TestMethod]
    public void Predictions_are_taken_once_and_their_request_stays_known()
    {
        var log = new PredictionLog(2);
        log.Add("m", One, Prediction("a"));

        Assert.HasCount(1, log.Take("m", One)!);
        Assert.IsEmpty(log.Take("m", One)!);
        Assert.IsTrue(log.Knows("m", PredictionLog.KeyOf(One)));
    }

    [TestMethod]
    public void A_request_and_its_shadows_are_taken_together_and_bounded()
    {
        var log = new PredictionLog(2);
        for (int i = 0; i < 20; i++)
        {
            log.Add("m", One, Prediction($"{i}"));
        }

        CollectionAssert.AreEqual(Enumerable.Range(0, 8).Select(i => $"{i}").ToArray(), log.Take("m", One)!.ConvertAll(p => p.Route));
    }

    [TestMethod]
    public void An_id_used_again_after_its_label_keeps_its_place_in_the_order()
    {
        var log = new PredictionLog(2);
        log.Add("m", One, Prediction("a"));
        log.Take("m", One);
        log.Add("m", One, Prediction("again"));
        log.Add("m", "2", Prediction("b"));
        log.Add("m", "3", Prediction("c"));

        Assert.IsNull(log.Take("m", One));
        Assert.HasCount(1, log.Take("m", "2")!);
        Assert.HasCount(1, log.Take("m", "3")!);
    }

    private static PredictionLog.Prediction Prediction(string route) => new(route, "1", [0]);
}
