using System.Text.Json.Nodes;
using DurableMl.FunctionsHost.App;
using DurableMl.FunctionsHost.Triggers;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;

namespace FunctionsHost.Tests.App;

[TestClass]
public sealed class FunctionDefinitionTests
{
    [TestMethod]
    public void Trigger_inputs_and_outputs_are_told_apart_and_the_answer_to_a_request_is_no_output()
    {
        var function = Parse("""
            [ {"name": "request", "type": "httpTrigger", "direction": "In"}, {"name": "client", "type": "durableClient"},
              {"name": "Messages", "type": "queue", "direction": "Out", "queueName": "q-1"}, {"name": "$return", "type": "http", "direction": "Out"} ]
            """);
        Assert.AreEqual("request", function.Trigger.Name);
        Assert.AreEqual("client", function.Inputs.Single().Name);
        Assert.AreEqual("Messages", function.Outputs.Single().Name);
        Assert.IsTrue(function.IsHttp);
    }

    [TestMethod]
    [DataRow("[]", "no trigger")]
    [DataRow("""[{"name": "a", "type": "queueTrigger"}, {"name": "b", "type": "blobTrigger"}]""", "2 triggers")]
    [DataRow("""[{"type": "queueTrigger"}]""", "no 'name'")]
    [DataRow("""[{"name": "a", "type": "queueTrigger", "direction": "sideways"}]""", "binding 'a': the direction 'sideways'")]
    public void What_is_wrong_with_bindings_is_named(string bindings, string reason) =>
        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Parse(bindings)).Message, reason);

    [TestMethod]
    [DataRow("""{"strategy": "fixedDelay", "maxRetryCount": 2}""", "'retry.delayInterval'")]
    [DataRow("""{"strategy": "exponentialBackoff", "maxRetryCount": 2, "minimumInterval": "00:00:01"}""", "'retry.maximumInterval'")]
    [DataRow("""{"strategy": "fixedDelay", "delayInterval": "00:00:01"}""", "'retry.maxRetryCount'")]
    [DataRow("""{"strategy": "hope", "maxRetryCount": 2}""", "'retry.strategy' is 'hope'")]
    public void What_is_wrong_with_a_retry_policy_is_named(string retry, string reason) => StringAssert.Contains(
        Assert.ThrowsExactly<FormatException>(() => Parse("""[{"name": "a", "type": "timerTrigger"}]""", retry)).Message, reason);

    [TestMethod]
    public void A_binding_becomes_the_extensions_attribute_with_all_that_it_understands()
    {
        var queue = (QueueTriggerAttribute)Attribute("""{"name": "m", "type": "queueTrigger", "queueName": "q-1", "connection": "Other", "unknown": 1}""");
        Assert.AreEqual("q-1", queue.QueueName);
        Assert.AreEqual("Other", queue.Connection);

        var timer = (TimerTriggerAttribute)Attribute("""{"name": "t", "type": "timerTrigger", "schedule": "0 * * * * *", "runOnStartup": true, "useMonitor": false}""");
        Assert.IsTrue(timer.RunOnStartup);
        Assert.IsFalse(timer.UseMonitor);

        var client = (DurableClientAttribute)Attribute("""{"name": "c", "type": "durableClient", "taskHub": "hub", "connectionName": "Store"}""");
        Assert.AreEqual("hub", client.TaskHub);
        Assert.AreEqual("Store", client.ConnectionName);

        var blob = (BlobTriggerAttribute)Attribute("""{"name": "b", "type": "blobTrigger", "path": "in/{name}", "source": "EventGrid"}""");
        Assert.AreEqual(BlobTriggerSource.LogsAndContainerScan, blob.Source, "Without an Event Grid a trigger has to look by itself.");

        Assert.AreEqual(FileAccess.Write, ((BlobAttribute)Attribute("""{"name": "o", "type": "blob", "direction": "Out", "blobPath": "out/x"}""")).Access);
        Assert.AreEqual(FileAccess.Read, ((BlobAttribute)Attribute("""{"name": "i", "type": "blob", "blobPath": "in/x"}""")).Access);
    }

    [TestMethod]
    [DataRow("""{"name": "m", "type": "kafkaTrigger"}""", "binding 'm' has the type 'kafkaTrigger' (in)")]
    [DataRow("""{"name": "m", "type": "queueTrigger"}""", "binding 'm' (queueTrigger): 'queueName' is missing")]
    [DataRow("""{"name": "m", "type": "timerTrigger", "schedule": "0 * * * * *", "runOnStartup": "perhaps"}""", "'runOnStartup' is \"perhaps\"")]
    [DataRow("""{"name": "m", "type": "blobTrigger", "path": "a/b", "source": "Pigeon"}""", "'source' is \"Pigeon\"")]
    public void A_binding_that_has_no_attribute_is_named_with_the_reason(string binding, string reason) =>
        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Attribute(binding)).Message, reason);

    private static Attribute Attribute(string binding)
    {
        var json = JsonNode.Parse(binding)!.AsObject();
        var direction = (string?)json["direction"] == "Out" ? BindingDirection.Out : BindingDirection.In;
        return BindingAttributes.Describe(new FunctionBinding((string)json["name"]!, (string)json["type"]!, direction, json)).Create();
    }

    private static FunctionDefinition Parse(string bindings, string? retry = null)
    {
        var json = new JsonObject { ["entryPoint"] = "A.B", ["scriptFile"] = "a.dll", ["bindings"] = JsonNode.Parse(bindings) };
        if (retry is not null)
        {
            json["retry"] = JsonNode.Parse(retry);
        }

        return FunctionDefinition.Parse("Mine", json);
    }
}
