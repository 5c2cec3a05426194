using DurableMl.Inference.Protocol;
using DurableMl.Inference.Routing;
using DurableMl.Onnx;

namespace Inference.Tests.Routing;

[TestClass]
public sealed class ScoresTests
{
    [TestMethod]
    public void Probabilities_are_confidences_as_they_are_and_other_scores_through_softmax()
    {
        Assert.AreEqual(0.7, Scores.Confidence([0.2f, 0.7f, 0.1f]), 1e-6);
        Assert.AreEqual(1 / (1 + Math.Exp(-2)), Scores.Confidence([3f, 1f]), 1e-6);
        Assert.AreEqual(1 / (1 + Math.Exp(-3)), Scores.Confidence([2f, -1f]), 1e-6, "these add up to 1 but are no probabilities");
        Assert.AreEqual(1, Scores.Confidence([1000f, -1000f]), 1e-6, "large scores do not overflow");
        Assert.AreEqual(0, Scores.Confidence([]));
    }

    [TestMethod]
    public void Of_equal_scores_the_first_is_the_class() => Assert.AreEqual(1, Scores.IndexOfMax([1f, 2f, 2f]));

    [TestMethod]
    public void Classes_are_the_highest_scores_or_whole_numbers_as_they_are()
    {
        CollectionAssert.AreEqual(new long[] { 1, 0 }, Scores.Classes([TensorOf.Floats("y", [2, 2], 1, 2, 4, 3)], 10));
        CollectionAssert.AreEqual(new long[] { 7, 9 }, Scores.Classes([TensorOf.Integers("y", [2], 7, 9)], 10));
        CollectionAssert.AreEqual(new long[] { 7, 9 }, Scores.Classes([TensorOf.Floats("p", [2, 2], 1, 0, 1, 0), TensorOf.Integers("y", [2], 7, 9)], 10));
    }

    [TestMethod]
    public void Outputs_that_are_no_classes_have_none()
    {
        Assert.IsNull(Scores.Classes([TensorOf.Floats("y", [2], 1, 2)], 10));
        Assert.IsNull(Scores.Classes([TensorOf.Floats("y", [2, 1], 1, 2)], 10), "a regression");
        Assert.IsNull(Scores.Classes([TensorOf.Floats("y", [2, 0])], 10));
        Assert.IsNull(Scores.Classes([TensorOf.Integers("y", [1, 2], 7, 9)], 10));
        Assert.IsNull(Scores.Classes([TensorOf.Integers("y", [], 7)], 10));
        Assert.IsNull(Scores.Classes([TensorOf.Integers("y", [2], 7, 9)], 1), "more examples than the limit");
    }

    [TestMethod]
    public void Scores_are_found_by_name_and_must_be_a_matrix()
    {
        var label = TensorOf.Integers("label", [1], 3);
        var scores = TensorOf.Floats("scores", [1, 2], 1, 2);

        Assert.AreSame(scores, Rows.OfScores([label, scores], "scores"));
        Assert.AreSame(scores, Rows.OfScores([scores, label], null));
        Assert.AreSame(scores, Rows.OfScores([label, scores], null), "a label may come first");
        Assert.AreEqual(422, Assert.ThrowsExactly<InferenceException>(() => Rows.OfScores([label], null)).Status);
        Assert.Contains("'other'", Assert.ThrowsExactly<InferenceException>(() => Rows.OfScores([label, scores], "other")).Message);
    }
}
