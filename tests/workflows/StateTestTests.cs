using System.Text.Json.Nodes;
using DurableMl.Workflows.Execution;

namespace Workflows.Tests;

[TestClass]
public class StateTestTests
{
    private const string SendMessage = "arn:aws:states:::sqs:sendMessage";

    [TestMethod]
    [DataRow("arn:aws:states:::aws-sdk:lambda:getFunction", """{"Configuration":{"Timeout":0}}""", "Field 'Timeout' is less than the minimum value")]
    [DataRow("arn:aws:states:::aws-sdk:s3:listObjectsV2", """{"Contents":[{"Key":"a"},{"Size":"1"}]}""", "Field 'Size' must be a number")]
    [DataRow("arn:aws:states:::aws-sdk:s3:getObject", """{"DeleteMarker":"no"}""", "Field 'DeleteMarker' must be a boolean")]
    [DataRow("arn:aws:states:::dynamodb:getItem", """{"Item":[]}""", "Field 'Item' must be an object")]
    [DataRow("arn:aws:states:::batch:submitJob", """{"JobName":"n"}""", "Field 'JobId' is required but was missing")]
    public async Task A_mock_that_its_service_could_not_answer_is_refused_by_its_field(string resource, string mock, string mistake)
    {
        var refused = await Assert.ThrowsExactlyAsync<StateTestRefusedException>(() => RunAsync(resource, mock, "STRICT"));

        Assert.AreEqual(("ValidationException", $"Mock result schema validation error: {mistake}"), (refused.Code, refused.Message));
    }

    [TestMethod]
    [DataRow("arn:aws:states:::batch:submitJob", """{"JobName":"n"}""", "PRESENT")]
    [DataRow(SendMessage, """{"MessageId":5}""", "NONE")]
    [DataRow(SendMessage, """{"MessageId":"5","NewerThanTheDescription":5}""", "STRICT")]
    [DataRow("function:mine", "5", "STRICT")]
    public async Task Other_mocks_are_taken(string resource, string mock, string mode)
    {
        var outcome = await RunAsync(resource, mock, mode);

        Assert.AreEqual("SUCCEEDED", (string?)outcome["status"]);
        Assert.AreEqual(mock, outcome["output"]!.ToJsonString());
    }

    [TestMethod]
    public async Task A_mode_that_does_not_exist_and_a_mock_of_both_kinds_are_refused()
    {
        var mode = await Assert.ThrowsExactlyAsync<StateTestRefusedException>(() => RunAsync("function:mine", "5", "LOOSE"));
        var both = await Assert.ThrowsExactlyAsync<StateTestRefusedException>(() => RunAsync("function:mine", "5", "NONE", new JsonObject { ["error"] = "E" }));

        StringAssert.Contains(mode.Message, "'fieldValidationMode' must be one of [STRICT, PRESENT, NONE], but was 'LOOSE'");
        Assert.AreEqual("A test mock should have only one of the following fields: [result, errorOutput].", both.Message);
    }

    private static Task<JsonObject> RunAsync(string resource, string mock, string mode, JsonObject? error = null)
    {
        var given = new JsonObject { ["result"] = mock, ["fieldValidationMode"] = mode };
        if (error is not null)
        {
            given["errorOutput"] = error;
        }

        return StateTest.RunAsync(
            new JsonObject { ["Type"] = "Task", ["Resource"] = resource, ["End"] = true },
            new JsonObject(),
            new JsonObject { ["mock"] = given },
            new InMemoryHost(),
            new ExecutionIdentity("e", "e", "", "m", "m"));
    }
}
