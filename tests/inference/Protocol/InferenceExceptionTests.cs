using DurableMl.Inference.Protocol;
using DurableMl.Onnx;

namespace Inference.Tests.Protocol;

[TestClass]
public sealed class InferenceExceptionTests
{
    [TestMethod]
    [DataRow(RunFault.Inputs, 400)]
    [DataRow(RunFault.Outputs, 422)]
    [DataRow(RunFault.Model, 500)]
    public void A_run_without_an_answer_has_a_status_by_what_is_at_fault_and_its_caller_is_told_why(RunFault fault, int status) =>
        Assert.AreEqual((status, "because"), InferenceException.StatusOf(new ModelRunException(fault, "because")));
}
