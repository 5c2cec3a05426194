using System.Text.Json.Nodes;
using DurableMl.Workflows.Definitions;

namespace Workflows.Tests;

[TestClass]
public sealed class DefinitionValidatorTests
{
    [TestMethod]
    [DataRow("""{"Type":"Pass","Catch":[],"End":true}""", "/States/A", "Field 'Catch' is not supported")]
    [DataRow("""{"Type":"Map","TimeoutSeconds":1,"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}},"End":true}""", "/States/A", "Field 'TimeoutSeconds' is not supported")]
    [DataRow("""{"Type":"Wait","ResultPath":null,"Seconds":1,"End":true}""", "/States/A", "Field 'ResultPath' is not supported")]
    [DataRow(
        """{"Type":"Pass","Output":{},"End":true}""", "/States/A",
        "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' QueryLanguage")]
    [DataRow(
        """{"QueryLanguage":"JSONata","Type":"Pass","InputPath":"$","End":true}""", "/States/A",
        "The QueryLanguage is set to 'JSONata', but field 'InputPath' is only supported for the 'JSONPath' QueryLanguage")]
    [DataRow("""{"QueryLanguage":"JSONata","Type":"Pass","Output":{"v":"{% phone %}"},"End":true}""", "/States/A/Output/v", "Reference to 'phone' at the top level is not supported.")]
    [DataRow("""{"QueryLanguage":"JSONata","Type":"Pass","Output":["{% 1 + %}"],"End":true}""", "/States/A/Output[0]", "Unexpected end of expression")]
    [DataRow(
        """{"Type":"Pass","Parameters":{"a":[{"b.$":"x"}]},"End":true}""", "/States/A/Parameters",
        "The value for the field 'b.$' must be a valid JSONPath or a valid intrinsic function call")]
    [DataRow(
        """{"Type":"Pass","Parameters":{"b.$":"States.Format('{}', $.a[)"},"End":true}""", "/States/A/Parameters",
        "The value for the field 'b.$' must be a valid JSONPath or a valid intrinsic function call")]
    public void A_mistake_is_told_with_its_place(string state, string location, string message)
    {
        var mistakes = DefinitionValidator.Validate($$$"""{"StartAt":"A","States":{"A":{{{state}}}}}""");

        Assert.AreEqual((location, message), (mistakes[0].Location, mistakes[0].Message), string.Join('\n', mistakes));
        Assert.HasCount(1, mistakes);
    }

    [TestMethod]
    public void Resources_of_tasks_readers_and_writers_are_asked_about()
    {
        var asked = new List<string>();
        var mistakes = DefinitionValidator.Validate(
            JsonNode.Parse("""
            {
              "StartAt": "M",
              "States": {
                "M": {
                  "Type": "Map", "End": true,
                  "ItemReader": { "Resource": "read" }, "ResultWriter": { "Resource": "write" },
                  "ItemProcessor": { "StartAt": "T", "States": { "T": { "Type": "Task", "Resource": "work", "End": true } } }
                }
              }
            }
            """)!.AsObject(),
            isExpress: false,
            resource =>
            {
                asked.Add(resource);
                return resource == "work" ? null : "no";
            });

        CollectionAssert.AreEquivalent(new[] { "read", "write", "work" }, asked);
        CollectionAssert.AreEquivalent(new[] { "/States/M/ItemReader/Resource", "/States/M/ResultWriter/Resource" }, mistakes.Select(mistake => mistake.Location).ToArray());
    }

    [TestMethod]
    public void Machines_and_rules_that_are_nested_too_deep_are_refused()
    {
        JsonObject machine = new() { ["StartAt"] = "A", ["States"] = new JsonObject { ["A"] = new JsonObject { ["Type"] = "Succeed" } } };
        for (var i = 0; i < 26; i++)
        {
            machine = new JsonObject
            {
                ["StartAt"] = "A",
                ["States"] = new JsonObject { ["A"] = new JsonObject { ["Type"] = "Parallel", ["Branches"] = new JsonArray(machine), ["End"] = true } },
            };
        }

        StringAssert.Contains(string.Join('\n', DefinitionValidator.Validate(machine)), "nested 24 deep");
    }

    [TestMethod]
    public void A_graph_has_every_state_and_way_and_shows_how_far_an_execution_came()
    {
        var machine = JsonNode.Parse("""
            {
              "StartAt": "Each",
              "States": {
                "Each": {
                  "Type": "Map", "ItemProcessor": { "StartAt": "Work", "States": { "Work": { "Type": "Task", "Resource": "function:f", "End": true } } },
                  "Catch": [{ "ErrorEquals": ["Torn"], "Next": "Lost" }], "Next": "Which"
                },
                "Which": { "Type": "Choice", "Choices": [{ "Variable": "$.a", "StringEquals": "\"x\"", "Next": "Lost" }], "Default": "Done" },
                "Lost": { "Type": "Fail" },
                "Done": { "Type": "Succeed" }
              }
            }
            """)!.AsObject();

        var graph = MermaidGraph.Of(machine, new Dictionary<string, StateProgress> { ["Each"] = StateProgress.Failed });

        StringAssert.StartsWith(graph, "flowchart TD\n  s1[\"Each<br/>Map\"]:::failed\n  subgraph s1_0[\"Each: for each item\"]\n    s5[\"Work<br/>function:f\"]\n  end\n");
        foreach (var edge in (string[])["s1 --> s5", "s1 --> s2", "s1 -.->|\"Torn\"| s3", "s2 -->|\"otherwise\"| s4", "classDef failed"])
        {
            StringAssert.Contains(graph, edge);
        }

        Assert.DoesNotContain("\\\"x", graph.Replace("#quot;", "", StringComparison.Ordinal), "quotation marks would end a label");
    }

    [TestMethod]
    public void A_drawing_is_whole_XML_with_every_state_once_and_a_line_for_every_way()
    {
        var machine = JsonNode.Parse("""
            {
              "StartAt": "Again",
              "States": {
                "Again": { "Type": "Wait", "Seconds": 1, "Next": "Which" },
                "Which": { "Type": "Choice", "Choices": [{ "Variable": "$.a", "StringEquals": "<&>", "Next": "Again" }], "Default": "Both" },
                "Both": {
                  "Type": "Parallel", "End": true,
                  "Branches": [
                    { "StartAt": "L", "States": { "L": { "Type": "Pass", "End": true } } },
                    { "StartAt": "R", "States": { "R": { "Type": "Map", "ItemProcessor": { "StartAt": "I", "States": { "I": { "Type": "Task", "Resource": "function:f", "End": true } } }, "End": true } } }
                  ],
                  "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Lost" }]
                },
                "Lost": { "Type": "Fail" }
              }
            }
            """)!.AsObject();

        var drawing = System.Xml.Linq.XDocument.Parse(SvgGraph.Of(machine, new Dictionary<string, StateProgress> { ["Again"] = StateProgress.Done, ["Both"] = StateProgress.Failed }));

        System.Xml.Linq.XNamespace svg = "http://www.w3.org/2000/svg";
        CollectionAssert.AreEquivalent(
            new[] { "Again", "Which", "Both", "L", "R", "I", "Lost" },
            drawing.Descendants(svg + "g").Select(state => state.Element(svg + "title")!.Value.Split(':')[0]).ToArray());
        string[] classes = [.. drawing.Descendants(svg + "rect").Select(box => (string)box.Attribute("class")!)];
        Assert.HasCount(1, classes.Where(shade => shade == "box done"));
        Assert.HasCount(1, classes.Where(shade => shade == "box failed"));
        Assert.HasCount(4, drawing.Descendants(svg + "path").Where(way => ((string?)way.Attribute("class"))?.StartsWith("way", StringComparison.Ordinal) == true));
    }
}
