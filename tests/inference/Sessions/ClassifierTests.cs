using DurableMl.Inference.Sessions;

namespace Inference.Tests.Sessions;

[TestClass]
public sealed class ClassifierTests
{
    private static readonly float[,] Identity = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } };

    [TestMethod]
    public void Accuracy_counts_right_predictions_over_batches_of_any_size()
    {
        using var folder = new TemporaryFolder();
        using Classifier classifier = Load(folder, OnnxModel.Linear(Identity));
        float[] features = [9, 0, 0, 0, 9, 0, 0, 0, 9, 9, 0, 0];

        Assert.AreEqual(0.75, classifier.Accuracy(features, [3], [0, 1, 2, 2], batch: 3));
        Assert.AreEqual(1.0, classifier.Accuracy(features, [3], [0, 1, 2, 0], batch: 100));
    }

    [TestMethod]
    public void A_file_that_is_no_model_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        InvalidModelException e = Assert.ThrowsExactly<InvalidModelException>(() => Load(folder, [1, 2, 3, 4]));

        Assert.Contains("model.onnx", e.Message);
        Assert.DoesNotContain(folder.Path, e.Message);
    }

    [TestMethod]
    public void A_model_of_integers_is_no_classifier()
    {
        using var folder = new TemporaryFolder();
        Assert.ThrowsExactly<InvalidModelException>(() => Load(folder, OnnxModel.Unary("Identity", 7, "batch", 3)));
    }

    [TestMethod]
    public void A_symbolic_first_dimension_named_batch_makes_a_model_batchable()
    {
        using var folder = new TemporaryFolder();
        using Classifier batchable = Load(folder, OnnxModel.Linear(Identity));
        using Classifier sequence = Load(folder, OnnxModel.Unary("Identity", OnnxModel.Float, "length", 3));
        using Classifier square = Load(folder, OnnxModel.Unary("Identity", OnnxModel.Float, "N", "N"));

        Assert.IsTrue(batchable.Session.IsBatchable);
        Assert.IsFalse(sequence.Session.IsBatchable);
        Assert.IsFalse(square.Session.IsBatchable);
        CollectionAssert.AreEqual(new long[] { -1, 3 }, batchable.Session.Inputs[0].Shape.ToArray());
    }

    private static Classifier Load(TemporaryFolder folder, byte[] model)
    {
        File.WriteAllBytes(folder["model.onnx"], model);
        return Classifier.Load(folder["model.onnx"]);
    }
}
