using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Functions.Inference;

namespace Functions.Tests.Inference;

[TestClass]
public sealed class OpenApiTests
{
    private static readonly string[] Methods = ["get", "put", "post", "delete", "patch", "head", "options"];

    [TestMethod]
    public void The_document_has_every_route_that_the_build_gives_the_host_and_no_other()
    {
        CollectionAssert.AreEquivalent(Built().ToArray(), Described().Select(each => each.Route).ToArray());
        Assert.Contains("post /api/pipelines", Built().ToArray());
    }

    [TestMethod]
    public void Every_operation_says_what_it_does_and_answers_and_declares_the_parameters_of_its_path()
    {
        foreach ((string route, JsonObject operation) in Described())
        {
            Assert.IsNotEmpty((string)operation["summary"]!, route);
            Assert.IsNotEmpty(operation["responses"]!.AsObject(), route);
            string[] wanted = [.. route.Split('/').Where(segment => segment.StartsWith('{')).Select(segment => segment.Trim('{', '}'))];
            string[] declared = [.. (operation["parameters"]?.AsArray() ?? []).Select(Resolved).Where(parameter => (string)parameter["in"]! == "path").Select(parameter => (string)parameter["name"]!)];
            CollectionAssert.AreEqual(wanted, declared, route);
        }

        string[] names = [.. Described().Select(each => (string)each.Operation["operationId"]!)];
        CollectionAssert.AllItemsAreUnique(names);
    }

    [TestMethod]
    public void What_is_told_of_operations_is_told_of_ones_that_exist() =>
        CollectionAssert.AreEquivalent(ApiOperations.All.Keys.ToArray(), Described().Select(each => (string)each.Operation["operationId"]!).ToArray());

    [TestMethod]
    public void Schemas_are_those_of_the_types_with_their_documentation()
    {
        JsonNode options = OpenApi.Document["components"]!["schemas"]!["ServingOptions"]!["properties"]!["maxQueue"]!;

        Assert.AreEqual("integer", (string)options["type"]!, options.ToJsonString());
        Assert.AreEqual("Requests that may wait; one more is answered 429.", (string)options["description"]!);
        Assert.IsNotNull(OpenApi.Document["components"]!["schemas"]!["TrafficRules"]!["properties"]!["route"]);
    }

    [TestMethod]
    public void A_body_that_must_be_JSON_says_what_happens_to_another()
    {
        JsonObject start = Described().Single(each => each.Route == "post /api/pipelines").Operation;

        Assert.IsNotNull(start["responses"]!["415"]);
    }

    [TestMethod]
    public void Every_reference_leads_somewhere()
    {
        foreach (JsonNode reference in All(OpenApi.Document).Where(node => node is JsonObject o && o["$ref"] is JsonValue))
        {
            Assert.IsNotNull(Resolved(reference), reference.ToJsonString());
        }
    }

    private static IEnumerable<(string Route, JsonObject Operation)> Described() =>
        from path in OpenApi.Document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        where Methods.Contains(operation.Key)
        select ($"{operation.Key} {path.Key}", operation.Value!.AsObject());

    // What the Functions host is given.
    private static IEnumerable<string> Built()
    {
        using JsonDocument functions = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "functions.metadata")));
        return
        [
            .. from function in functions.RootElement.EnumerateArray()
               from binding in function.GetProperty("bindings").EnumerateArray()
               where binding.GetProperty("type").GetString()!.Equals("httpTrigger", StringComparison.OrdinalIgnoreCase)
               from method in binding.GetProperty("methods").EnumerateArray()
               select $"{method.GetString()!.ToLowerInvariant()} /{binding.GetProperty("route").GetString()}",
        ];
    }

    private static JsonNode Resolved(JsonNode? node)
    {
        while (node?["$ref"] is JsonValue reference)
        {
            node = ((string)reference!)[2..].Split('/').Aggregate((JsonNode?)OpenApi.Document, (at, name) => at is JsonArray items ? items[int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)] : at?[name]);
        }

        return node!;
    }

    private static IEnumerable<JsonNode> All(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => All(member.Value)).Prepend(members),
        JsonArray items => items.SelectMany(All),
        _ => [],
    };
}
