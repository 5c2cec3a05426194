using DurableMl.Inference.Experiments;
using DurableMl.Inference.Protocol;

namespace Inference.Tests.Experiments;

[TestClass]
public sealed class PredictionLogTests
{
    private const string One = "1";

    [TestMethod]
    public void The_oldest_request_leaves_first()
    {
        var log = new PredictionLog(2);
        log.Add("old", One, Prediction("a"));
        log.Add("new", One, Prediction("b"));
        log.Add("new", "2", Prediction("c"));

        Assert.IsNull(log.Take("old", One, 1));
        Assert.AreEqual("b", log.Take("new", One, 1)!.Single().Route);
    }

    [TestMethod]
    public void Predictions_are_taken_once_and_their_request_stays_known()
    {
        var log = new PredictionLog(2);
        log.Add("m", One, Prediction("a"));

        Assert.HasCount(1, log.Take("m", One, 1)!);
        Assert.IsEmpty(log.Take("m", One, 1)!);
    }

    [TestMethod]
    public void A_request_and_its_shadows_are_taken_together_and_bounded()
    {
        var log = new PredictionLog(2);
        for (int i = 0; i < 20; i++)
        {
            log.Add("m", One, Prediction($"{i}"));
        }

        CollectionAssert.AreEqual(Enumerable.Range(0, 8).Select(i => $"{i}").ToArray(), log.Take("m", One, 1)!.ConvertAll(p => p.Route));
    }

    [TestMethod]
    public void An_id_used_again_after_its_label_keeps_its_place_in_the_order()
    {
        var log = new PredictionLog(2);
        log.Add("m", One, Prediction("a"));
        log.Take("m", One, 1);
        log.Add("m", One, Prediction("again"));
        log.Add("m", "2", Prediction("b"));
        log.Add("m", "3", Prediction("c"));

        Assert.IsNull(log.Take("m", One, 1));
        Assert.HasCount(1, log.Take("m", "2", 1)!);
        Assert.HasCount(1, log.Take("m", "3", 1)!);
    }

    [TestMethod]
    public void Labels_in_the_wrong_number_take_nothing()
    {
        var log = new PredictionLog(2);
        log.Add("m", One, Prediction("a"));

        Assert.Contains("request '1' had 1, and there are 2", Assert.ThrowsExactly<InferenceException>(() => log.Take("m", One, 2)).Message);
        Assert.HasCount(1, log.Take("m", One, 1)!);
    }

    private static Prediction Prediction(string route) => new(route, "1", [0]);
}
