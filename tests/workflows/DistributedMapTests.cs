using System.Text.Json.Nodes;
using DurableMl.Workflows.Definitions;
using DurableMl.Workflows.Execution;

namespace Workflows.Tests;

[TestClass]
public sealed class DistributedMapTests
{
    private static readonly ExecutionIdentity Identity = new("execution:one", "one", "", "stateMachine:one", "one");

    [TestMethod]
    [DataRow("""{"MaxItemsPerBatch":2}""", """[{"Items":[1,2]},{"Items":[3,4]},{"Items":[5]}]""")]
    [DataRow("""{"MaxItemsPerBatch":3,"BatchInput":{"a.$":"$.shared"}}""", """[{"BatchInput":{"a":"x"},"Items":[1,2,3]},{"BatchInput":{"a":"x"},"Items":[4,5]}]""")]
    [DataRow("""{"MaxItemsPerBatchPath":"$.size"}""", """[{"Items":[1,2,3,4]},{"Items":[5]}]""")]
    [DataRow("""{"MaxInputBytesPerBatch":8}""", """[{"Items":[1,2]},{"Items":[3,4]},{"Items":[5]}]""")]
    public async Task Items_go_to_the_processor_in_batches(string batcher, string expected)
    {
        var outcome = await RunAsync(Machine(state => state["ItemBatcher"] = JsonNode.Parse(batcher)), null);

        Assert.AreEqual(expected, outcome.Output?.ToJsonString(), outcome.Cause);
    }

    [TestMethod]
    public async Task A_selector_makes_each_item_of_a_batch()
    {
        var outcome = await RunAsync(
            Machine(state =>
            {
                state["ItemBatcher"] = new JsonObject { ["MaxItemsPerBatch"] = 3 };
                state["ItemSelector"] = new JsonObject { ["n.$"] = "$$.Map.Item.Value", ["i.$"] = "$$.Map.Item.Index" };
            }),
            null);

        Assert.AreEqual("""{"Items":[{"n":1,"i":0},{"n":2,"i":1},{"n":3,"i":2}]}""", outcome.Output?[0]?.ToJsonString(), outcome.Cause);
    }

    [TestMethod]
    public async Task Items_are_read_by_the_host_and_what_it_cannot_read_is_an_error_of_its_own()
    {
        var machine = Machine(state => state["ItemReader"] = JsonNode.Parse(
            """{"Resource":"read:it","Parameters":{"Bucket":"raw","Key.$":"$.shared"},"ReaderConfig":{"InputType":"JSONL"}}"""));
        var good = await RunAsync(machine, request => new JsonArray(request.Resource, request.Arguments!["Arguments"]!["Key"]!.DeepClone(), request.Arguments["ReaderConfig"]!["InputType"]!.DeepClone()));
        var bad = await RunAsync(machine, _ => throw new WorkflowFailure("Gone", "it is gone"));

        Assert.AreEqual("""["read:it","x","JSONL"]""", good.Output?.ToJsonString(), good.Cause);
        Assert.AreEqual(("States.ItemReaderFailed", "it is gone"), (bad.Error, bad.Cause));
    }

    [TestMethod]
    public async Task Results_are_written_in_files_and_a_manifest_names_them()
    {
        var files = new Dictionary<string, JsonNode>();
        var machine = Machine(state =>
        {
            state["ResultWriter"] = JsonNode.Parse("""{"Resource":"write:it","Parameters":{"Bucket":"runs","Prefix":"here"}}""");
            state["ToleratedFailureCount"] = 1;
            state["ItemProcessor"]!["States"] = JsonNode.Parse("""
                {"P":{"Type":"Choice","Choices":[{"Variable":"$","NumericEquals":3,"Next":"No"}],"Default":"Yes"},"No":{"Type":"Fail","Error":"Three"},"Yes":{"Type":"Succeed"}}
                """);
        });

        var outcome = await RunAsync(machine, request =>
        {
            files[(string)request.Arguments!["Key"]!] = request.Arguments["Body"]!.DeepClone();
            return null;
        });

        Assert.IsTrue(outcome.Succeeded, outcome.Cause);
        var key = (string)outcome.Output!["ResultWriterDetails"]!["Key"]!;
        StringAssert.StartsWith(key, "here/");
        var named = files[key]["ResultFiles"]!;
        Assert.AreEqual(1, files[(string)named["FAILED"]![0]!["Key"]!].AsArray().Count);
        var succeeded = files[(string)named["SUCCEEDED"]![0]!["Key"]!].AsArray();
        Assert.AreEqual("""{"Name":"4","Input":"5","Status":"SUCCEEDED","Output":"5"}""", succeeded[3]!.ToJsonString());
    }

    private static JsonObject Machine(Action<JsonObject> change)
    {
        var machine = JsonNode.Parse("""
            {
              "StartAt": "Each",
              "States": {
                "Each": {
                  "Type": "Map", "ItemsPath": "$.items", "End": true,
                  "ItemProcessor": { "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" }, "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } }
                }
              }
            }
            """)!.AsObject();
        change(machine["States"]!["Each"]!.AsObject());
        return machine;
    }

    private static Task<ExecutionOutcome> RunAsync(JsonObject machine, Func<TaskRequest, JsonNode?>? call) => new Interpreter(
        StateMachine.Parse(machine), new InMemoryHost(call), Identity, JsonNode.Parse("""{"items":[1,2,3,4,5],"shared":"x","size":4}""")).RunAsync();
}
