using DurableMl.Inference.Batching;

namespace Inference.Tests.Batching;

[TestClass]
public sealed class RowCostTests
{
    private readonly RowCost cost = new();

    [TestMethod]
    public void As_long_as_nothing_is_known_batches_are_tried_and_no_run_is_called_short()
    {
        Assert.IsTrue(cost.BatchingPays);
        Assert.IsFalse(cost.IsShort(1));
        Assert.IsFalse(cost.IsShort(8));
    }

    [TestMethod]
    public void Batching_is_given_up_where_a_row_takes_as_long_in_a_batch()
    {
        cost.Ran(TimeSpan.FromMicroseconds(50), 1);
        cost.Ran(TimeSpan.FromMicroseconds(50 * 16), 16);

        Assert.IsFalse(cost.BatchingPays);
    }

    [TestMethod]
    public void Batching_is_given_up_where_it_saves_less_than_the_queue_costs()
    {
        cost.Ran(TimeSpan.FromMicroseconds(70), 1);
        cost.Ran(TimeSpan.FromMicroseconds(55 * 16), 16);

        Assert.IsFalse(cost.BatchingPays);
    }

    [TestMethod]
    public void Batching_goes_on_where_a_row_is_cheaper_in_a_batch()
    {
        cost.Ran(TimeSpan.FromMilliseconds(2), 1);
        cost.Ran(TimeSpan.FromMilliseconds(4), 16);

        Assert.IsTrue(cost.BatchingPays);
    }

    [TestMethod]
    public void Runs_that_had_to_wait_for_a_core_do_not_count_as_the_models_cost()
    {
        cost.Ran(TimeSpan.FromMicroseconds(50), 1);
        cost.Ran(TimeSpan.FromMilliseconds(40), 1);

        Assert.IsTrue(cost.IsShort(1));
    }

    [TestMethod]
    public void A_model_that_has_become_slower_is_called_so_after_some_runs()
    {
        cost.Ran(TimeSpan.FromMicroseconds(500), 1);
        for (int i = 0; i < 100; i++)
        {
            cost.Ran(TimeSpan.FromMilliseconds(5), 1);
        }

        Assert.IsFalse(cost.IsShort(1));
    }

    [TestMethod]
    public void After_a_while_one_batch_is_tried_again()
    {
        TimeSpan alone = TimeSpan.FromMicroseconds(50);
        cost.Ran(alone, 1);
        cost.Ran(16 * alone, 16);
        for (int i = 0; i < 20_000 && !cost.BatchingPays; i++)
        {
            cost.Ran(alone, 1);
        }

        Assert.IsTrue(cost.BatchingPays);
        cost.Ran(16 * alone, 16);
        Assert.IsFalse(cost.BatchingPays);
    }

    [TestMethod]
    public void Runs_of_one_row_do_not_make_longer_ones_look_short()
    {
        TimeSpan alone = TimeSpan.FromMicroseconds(50);
        cost.Ran(64 * alone, 64);
        for (int i = 0; i < 50_000; i++)
        {
            cost.Ran(alone, 1);
        }

        Assert.IsTrue(cost.IsShort(1));
        Assert.IsFalse(cost.IsShort(64));
    }
}
