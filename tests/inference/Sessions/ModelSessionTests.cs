using DurableMl.Onnx;
using DurableMl.Registry;

namespace Inference.Tests.Sessions;

[TestClass]
public sealed class ModelSessionTests
{
    [TestMethod]
    public void A_file_that_is_no_model_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        InvalidModelException e = Assert.ThrowsExactly<InvalidModelException>(() => Load(folder, [1, 2, 3, 4]));

        Assert.Contains("model.onnx", e.Message);
        Assert.DoesNotContain(folder.Path, e.Message);
    }

    private static ModelSession Load(TemporaryFolder folder, byte[] model)
    {
        File.WriteAllBytes(folder["model.onnx"], model);
        return ModelSession.Load(folder["model.onnx"]);
    }
}
