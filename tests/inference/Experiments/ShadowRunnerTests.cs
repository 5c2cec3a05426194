using DurableMl.Inference.Experiments;
using DurableMl.Onnx;

namespace Inference.Tests.Experiments;

[TestClass]
public sealed class ShadowRunnerTests
{
    [TestMethod]
    [DataRow(0.1, true)]
    [DataRow(0.01, false)]
    public void Answers_without_classes_agree_within_the_tolerance(double tolerance, bool agreed)
    {
        var (same, difference) = ShadowRunner.Compare([TensorOf.Floats("y", [3], 1, 2, 3)], [TensorOf.Floats("y", [3], 1, 2.0625f, 3)], tolerance);

        Assert.AreEqual(agreed, same);
        Assert.AreEqual(0.0625, difference);
    }

    [TestMethod]
    public void Regressions_of_one_column_do_not_agree_because_both_have_one() =>
        Assert.IsFalse(ShadowRunner.Compare([TensorOf.Floats("y", [1, 1], 1)], [TensorOf.Floats("y", [1, 1], 200)], 0.1).Agreed);

    [TestMethod]
    public void Answers_with_classes_agree_by_class_however_their_scores_differ()
    {
        var (same, difference) = ShadowRunner.Compare([TensorOf.Floats("y", [1, 2], 1, 2)], [TensorOf.Floats("y", [1, 2], 1, 20)], 0);

        Assert.IsTrue(same);
        Assert.AreEqual(18, difference);
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    public void What_is_no_number_agrees_with_itself_only_and_leaves_a_difference_that_can_be_written(float odd)
    {
        Tensor number = TensorOf.Floats("y", [1], 1);
        Tensor other = TensorOf.Floats("y", [1], odd);

        Assert.AreEqual((true, 0.0), ShadowRunner.Compare([other], [other], 0));
        Assert.AreEqual((false, double.MaxValue), ShadowRunner.Compare([number], [other], 1e6));
        Assert.AreEqual((false, double.MaxValue), ShadowRunner.Compare([other], [number], 1e6));
    }

    [TestMethod]
    public void Answers_of_other_names_shapes_types_or_number_do_not_agree()
    {
        TensorList given = [TensorOf.Floats("y", [2], 1, 2)];

        Assert.IsFalse(ShadowRunner.Compare(given, [TensorOf.Floats("z", [2], 1, 2)], 1).Agreed);
        Assert.IsFalse(ShadowRunner.Compare(given, [TensorOf.Floats("y", [1, 2], 1, 2)], 1).Agreed);
        Assert.IsFalse(ShadowRunner.Compare(given, [TensorOf.Integers("y", [2], 1, 2)], 1).Agreed);
        Assert.IsFalse(ShadowRunner.Compare(given, [], 1).Agreed);
    }

    [TestMethod]
    public void Whole_numbers_agree_when_they_are_the_same()
    {
        Assert.IsTrue(ShadowRunner.Compare([TensorOf.Integers("y", [2, 1], 3, 4)], [TensorOf.Integers("y", [2, 1], 3, 4)], 0).Agreed);
        Assert.IsFalse(ShadowRunner.Compare([TensorOf.Integers("y", [2, 1], 3, 4)], [TensorOf.Integers("y", [2, 1], 3, 5)], 0).Agreed);
    }
}
