using DurableMl.Cli.Commands;

namespace Cli.Tests.Commands;

[TestClass]
public sealed class ImportCommandTests
{
    [TestMethod]
    [DataRow("import m raw/x.pt --sample raw/s.npy", """{"source":"raw/x.pt","sample":"raw/s.npy","format":"torchscript"}""")]
    [DataRow(
        "import m raw/x.onnx --sample raw/s.npz --format onnx --weights raw/a raw/b --expected raw/e.npz --tolerance 0.5 --alias champion",
        """{"source":"raw/x.onnx","sample":"raw/s.npz","format":"onnx","expected":"raw/e.npz","alias":"champion","tolerance":0.5,"weights":["raw/a","raw/b"]}""")]
    public void Options_make_the_request_and_what_is_not_given_is_left_to_the_host(string line, string request) =>
        Assert.AreEqual(request, ImportCommand.Request(RootCommandFactory.Create().Parse(line)).ToJsonString());
}
