using DurableMl.Inference.Protocol;
using DurableMl.Inference.Routing;
using DurableMl.Onnx;
using DurableMl.Registry;

namespace Inference.Tests.Routing;

/// <summary>What TrafficTests does not see over HTTP: ties, several rows and outputs, members that do not go together.</summary>
[TestClass]
public sealed class EnsembleTests
{
    [TestMethod]
    public void A_tied_vote_goes_to_the_class_with_the_higher_mean_score()
    {
        Tensor votes = Combine(EnsembleRule.Vote, [0.9f, 0.1f, 0], [0, 0.6f, 0.4f]).Single();

        // One vote each, and half a one for the class that is surer.
        CollectionAssert.AreEqual(new float[] { 0.75f, 0.5f, 0 }, votes.Floats.ToArray());
    }

    [TestMethod]
    public void A_majority_wins_however_sure_the_minority_is() =>
        Assert.AreEqual(1, Scores.IndexOfMax(Combine(EnsembleRule.Vote, [1, 0, 0], [0.4f, 0.6f, 0], [0.4f, 0.6f, 0]).Single().Floats.ToArray()));

    [TestMethod]
    [DataRow(EnsembleRule.Mean, new float[] { 0.5f, 0.5f, 0.25f, 0.75f })]
    [DataRow(EnsembleRule.Vote, new float[] { 0.75f, 0.5f, 0f, 1f })]
    public void Members_whose_first_output_is_a_label_are_combined_by_their_scores_and_the_label_follows(EnsembleRule way, float[] expected)
    {
        TensorList[] members =
        [
            [TensorOf.Integers("label", [2], 7, 9), TensorOf.Floats("p", [2, 2], 0.75f, 0.25f, 0.25f, 0.75f)],
            [TensorOf.Integers("label", [2], 9, 9), TensorOf.Floats("p", [2, 2], 0.25f, 0.75f, 0.25f, 0.75f)],
        ];
        TensorList combined = Ensemble.Combine(new([new(), new()], way), members);

        Assert.AreEqual("label p", string.Join(' ', combined.Select(output => output.Name)));
        CollectionAssert.AreEqual(InferClient.Bytes(7L, 9L), combined[0].Data.ToArray());
        CollectionAssert.AreEqual(expected, combined[1].Floats.ToArray());
    }

    [TestMethod]
    public void A_label_that_no_member_gives_is_not_made_up()
    {
        TensorList[] members =
        [
            [TensorOf.Integers("label", [1], 7), TensorOf.Floats("p", [1, 3], 0.5f, 0f, 0.4f)],
            [TensorOf.Integers("label", [1], 8), TensorOf.Floats("p", [1, 3], 0f, 0.5f, 0.4f)],
        ];

        InferenceException e = Assert.ThrowsExactly<InferenceException>(() => Ensemble.Combine(new([new(), new()], EnsembleRule.Mean), members));
        Assert.AreEqual(422, e.Status);
        Assert.Contains("'label'", e.Message);
    }

    [TestMethod]
    public void A_mean_needs_numbers_that_have_one()
    {
        TensorList[] members = [[TensorOf.Integers("label", [1], 3)], [TensorOf.Integers("label", [1], 4)]];

        Assert.AreEqual(422, Assert.ThrowsExactly<InferenceException>(() => Ensemble.Combine(new([new(), new()], EnsembleRule.Mean), members)).Status);
    }

    [TestMethod]
    public void Members_that_differ_in_shape_name_or_number_of_outputs_do_not_go_together()
    {
        TensorList one = [TensorOf.Floats("y", [1, 2], 1, 2)];
        foreach (TensorList other in (TensorList[])[[TensorOf.Floats("y", [2, 1], 1, 2)], [TensorOf.Floats("z", [1, 2], 1, 2)], [], [TensorOf.Integers("y", [1, 2], 1, 2)]])
        {
            InferenceException e = Assert.ThrowsExactly<InferenceException>(() => Ensemble.Combine(new([new(), new()], EnsembleRule.Mean), [one, other]));
            Assert.AreEqual(422, e.Status);
            Assert.Contains("'y'", e.Message);
        }
    }

    private static TensorList Combine(EnsembleRule way, params float[][] rows) =>
        Ensemble.Combine(new([new(), new()], way), [.. rows.Select(row => new TensorList { TensorOf.Floats("scores", [1, row.Length], row) })]);
}
