using DurableMl.Inference.Protocol;
using DurableMl.Inference.Routing;
using DurableMl.Inference.Tensors;

namespace Inference.Tests.Routing;

/// <summary>What TrafficTests does not see over HTTP: ties, several rows and outputs, members that do not go together.</summary>
[TestClass]
public sealed class EnsembleTests
{
    private readonly Ensemble ensemble = new([]);

    [TestMethod]
    public void A_tied_vote_goes_to_the_class_with_the_higher_mean_score()
    {
        Tensor votes = Combine("vote", [0.9f, 0.1f, 0], [0, 0.6f, 0.4f]).Single();

        // One vote each, and half a one for the class that is surer.
        CollectionAssert.AreEqual(new float[] { 0.75f, 0.5f, 0 }, votes.Floats());
    }

    [TestMethod]
    public void A_majority_wins_however_sure_the_minority_is() =>
        Assert.AreEqual(1, Scores.IndexOfMax(Combine("vote", [1, 0, 0], [0.4f, 0.6f, 0], [0.4f, 0.6f, 0]).Single().Floats()));

    [TestMethod]
    public void Of_equally_sure_members_the_first_is_the_best() =>
        CollectionAssert.AreEqual(new float[] { 0.8f, 0.2f }, Combine("best", [0.8f, 0.2f], [0.2f, 0.8f]).Single().Floats());

    [TestMethod]
    public void The_best_member_is_chosen_row_by_row_and_gives_all_its_outputs()
    {
        List<Tensor>[] members =
        [
            [TensorOf.Floats("scores", [2, 2], 0.9f, 0.1f, 0.5f, 0.5f), TensorOf.Integers("label", [2], 10, 11)],
            [TensorOf.Floats("scores", [2, 2], 0.6f, 0.4f, 0.1f, 0.9f), TensorOf.Integers("label", [2], 20, 21)],
        ];
        List<Tensor> best = ensemble.Combine(new([new(), new()], "best"), members);

        CollectionAssert.AreEqual(new float[] { 0.9f, 0.1f, 0.1f, 0.9f }, best[0].Floats());
        CollectionAssert.AreEqual(InferClient.Bytes(10L, 21L), best[1].Data.ToArray());
    }

    [TestMethod]
    [DataRow("mean", new float[] { 0.5f, 0.5f, 0.25f, 0.75f })]
    [DataRow("vote", new float[] { 0.75f, 0.5f, 0f, 1f })]
    public void Members_whose_first_output_is_a_label_are_combined_by_their_scores_and_the_label_follows(string way, float[] expected)
    {
        List<Tensor>[] members =
        [
            [TensorOf.Integers("label", [2], 7, 9), TensorOf.Floats("p", [2, 2], 0.75f, 0.25f, 0.25f, 0.75f)],
            [TensorOf.Integers("label", [2], 9, 9), TensorOf.Floats("p", [2, 2], 0.25f, 0.75f, 0.25f, 0.75f)],
        ];
        List<Tensor> combined = ensemble.Combine(new([new(), new()], way), members);

        Assert.AreEqual("label p", string.Join(' ', combined.Select(output => output.Name)));
        CollectionAssert.AreEqual(InferClient.Bytes(7L, 9L), combined[0].Data.ToArray());
        CollectionAssert.AreEqual(expected, combined[1].Floats());
    }

    [TestMethod]
    public void A_label_that_no_member_gives_is_not_made_up()
    {
        List<Tensor>[] members =
        [
            [TensorOf.Integers("label", [1], 7), TensorOf.Floats("p", [1, 3], 0.5f, 0f, 0.4f)],
            [TensorOf.Integers("label", [1], 8), TensorOf.Floats("p", [1, 3], 0f, 0.5f, 0.4f)],
        ];

        InferenceException e = Assert.ThrowsExactly<InferenceException>(() => ensemble.Combine(new([new(), new()], "mean"), members));
        Assert.AreEqual(422, e.Status);
        Assert.Contains("'label'", e.Message);
    }

    [TestMethod]
    public void The_names_of_a_map_s_columns_are_not_rows()
    {
        List<Tensor>[] members =
        [
            [TensorOf.Integers("p.keys", [3], 7, 8, 9), TensorOf.Floats("p.values", [1, 3], 0.6f, 0.2f, 0.2f)],
            [TensorOf.Integers("p.keys", [3], 7, 8, 9), TensorOf.Floats("p.values", [1, 3], 0f, 0.1f, 0.9f)],
        ];
        List<Tensor> best = ensemble.Combine(new([new(), new()], "best"), members);

        CollectionAssert.AreEqual(InferClient.Bytes(7L, 8L, 9L), best[0].Data.ToArray());
        CollectionAssert.AreEqual(new float[] { 0f, 0.1f, 0.9f }, best[1].Floats());
    }

    [TestMethod]
    public void A_mean_needs_numbers_that_have_one()
    {
        List<Tensor> member = [TensorOf.Integers("label", [1], 3)];

        Assert.AreEqual(422, Assert.ThrowsExactly<InferenceException>(() => ensemble.Combine(new([new(), new()], "mean"), [member, member])).Status);
    }

    [TestMethod]
    public void Members_that_differ_in_shape_name_or_number_of_outputs_do_not_go_together()
    {
        List<Tensor> one = [TensorOf.Floats("y", [1, 2], 1, 2)];
        foreach (List<Tensor> other in (List<Tensor>[])[[TensorOf.Floats("y", [2, 1], 1, 2)], [TensorOf.Floats("z", [1, 2], 1, 2)], [], [TensorOf.Integers("y", [1, 2], 1, 2)]])
        {
            InferenceException e = Assert.ThrowsExactly<InferenceException>(() => ensemble.Combine(new([new(), new()], "mean"), [one, other]));
            Assert.AreEqual(422, e.Status);
            Assert.Contains("'y'", e.Message);
        }
    }

    [TestMethod]
    public void A_strategy_that_this_server_lacks_is_named()
    {
        List<Tensor> member = [TensorOf.Floats("y", [1, 2], 1, 2)];
        InferenceException e = Assert.ThrowsExactly<InferenceException>(() => ensemble.Combine(new([new(), new()], "median"), [member, member]));

        Assert.AreEqual(503, e.Status);
        Assert.Contains("'median'", e.Message);
    }

    private List<Tensor> Combine(string way, params float[][] rows) =>
        ensemble.Combine(new([new(), new()], way), [.. rows.Select(row => new List<Tensor> { TensorOf.Floats("scores", [1, row.Length], row) })]);
}
