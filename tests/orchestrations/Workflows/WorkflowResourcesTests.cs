using System.Text.Json.Nodes;
using DurableMl.Orchestrations.Workflows;
using DurableMl.Orchestrations.Workflows.Targets;
using DurableMl.Workflows.Definitions;

namespace Orchestrations.Tests.Workflows;

[TestClass]
public sealed class WorkflowResourcesTests
{
    [TestMethod]
    public void Every_example_names_only_what_an_app_offers_with_the_settings_beside_it()
    {
        var folder = Path.Combine(Repository.Root, "examples", "workflows");
        var options = new WorkflowOptions();
        foreach (var row in File.ReadLines(Path.Combine(folder, "resources.env")).Where(line => line.StartsWith("Workflows__Resources__", StringComparison.Ordinal)))
        {
            options.Resources.Add(row.Split('\'')[1]);
        }

        var resources = new WorkflowResources(options);
        var examples = Directory.GetFiles(folder, "*.asl.json");

        Assert.IsNotEmpty(examples);
        foreach (var example in examples)
        {
            var mistakes = DefinitionValidator.Validate(JsonNode.Parse(File.ReadAllText(example))!.AsObject(), isExpress: false, resources.Objection);
            Assert.IsEmpty(mistakes, $"{example}: {string.Join('\n', mistakes)}");
        }
    }

    [TestMethod]
    [DataRow("function:echo", true)]
    [DataRow("function:offered", true)]
    [DataRow("function:offered.waitForTaskToken", true)]
    [DataRow("function:WriteShards", false)]
    [DataRow("function:", false)]
    [DataRow("arn:aws:lambda:eu-west-1:123456789012:function:offered", true)]
    [DataRow("arn:aws:lambda:eu-west-1:123456789012:function:offered:$LATEST", true)]
    [DataRow("arn:aws:lambda:eu-west-1:123456789012:function:other", false)]
    [DataRow("arn:aws:states:eu-west-1:123456789012:activity:work", true)]
    [DataRow("arn:aws:states:::batch:submitJob.sync", true)]
    [DataRow("arn:aws:states:::sqs:sendMessage", true)]
    [DataRow("arn:aws:states:::sns:publish", false)]
    [DataRow("container:runJob.sync", true)]
    [DataRow("container:runJob", false)]
    [DataRow("container:runJob.waitForTaskToken", true)]
    [DataRow("queue:send.waitForTaskToken", true)]
    [DataRow("model:infer.sync", false)]
    [DataRow("activity:../x", false)]
    [DataRow("pipeline:run.sync", true)]
    [DataRow("pipeline:run.sync.waitForTaskToken", false)]
    [DataRow("approval", true)]
    public void Only_what_is_offered_can_run(string resource, bool isOffered)
    {
        var options = new WorkflowOptions();
        options.Functions.Add("offered");
        options.Resources.Add("arn:aws:states:::batch:submitJob.sync => activity:batch-job");

        Assert.AreEqual(isOffered, new WorkflowResources(options).Objection(resource) is null, new WorkflowResources(options).Objection(resource));
    }

    [TestMethod]
    [DataRow("a")]
    [DataRow("a => nothing")]
    [DataRow(" => activity:a")]
    public void A_wrong_row_of_the_table_is_an_error_that_names_it(string row)
    {
        var options = new WorkflowOptions();
        options.Resources.Add(row);

        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => new WorkflowResources(options)).Message, $"'{row}'");
    }

    [TestMethod]
    [DataRow("https://example.com/api", "https://example.com/api", true)]
    [DataRow("https://example.com/api", "https://example.com/api/x?y=1", true)]
    [DataRow("https://example.com/", "https://example.com/anything", true)]
    [DataRow("https://example.com/api", "https://example.com/apis", false)]
    [DataRow("https://example.com/api", "https://example.com/api/../admin", false)]
    [DataRow("https://example.com/api", "http://example.com/api", false)]
    [DataRow("https://example.com/api", "https://example.com:8443/api", false)]
    [DataRow("https://example.com/api", "https://example.com@evil.example/api", false)]
    [DataRow("nonsense", "https://example.com/", false)]
    public void Requests_go_only_below_addresses_that_are_allowed(string allowed, string address, bool isAllowed) =>
        Assert.AreEqual(isAllowed, InvokeHttp.Allows(allowed, new Uri(address)));
}
