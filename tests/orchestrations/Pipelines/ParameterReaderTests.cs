using System.Text.Json.Nodes;
using DurableMl.Orchestrations.Pipelines;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Pipelines;

[TestClass]
public sealed class ParameterReaderTests
{
    private const string Optimizer = "\"optimizer\":{\"type\":\"choice\",\"values\":[\"adam\",\"sgd\"]}";

    [TestMethod]
    [DataRow("""{"type":"uniform","min":2,"max":1}""", "max", "must be above min")]
    [DataRow("""{"type":"uniform","min":"0","max":1}""", "min", "must be a number")]
    [DataRow("""{"type":"uniform","min":-1.7e308,"max":1.7e308}""", "max", "is too far from min")]
    [DataRow("""{"type":"logUniform","min":0,"max":1}""", "min", "must be above 0 for logUniform")]
    [DataRow("""{"type":"int","min":0.5,"max":2}""", "min", "must be an integer")]
    [DataRow("""{"type":"int","min":0,"max":2,"log":true}""", "min", "must be at least 1 for an int with log")]
    [DataRow("""{"type":"int","min":1,"max":2,"log":"yes"}""", "log", "must be true or false")]
    [DataRow("""{"type":"uniform","min":1,"max":2,"log":true}""", "log", "is not known here")]
    [DataRow("""{"type":"quantized","min":0,"max":1}""", "step", "is required")]
    [DataRow("""{"type":"quantized","min":0,"max":1,"step":0}""", "step", "must be above 0")]
    [DataRow("""{"type":"quantized","min":0,"max":1,"step":0.3}""", "step", "must go a whole number of times into max - min")]
    [DataRow("""{"type":"quantized","min":0,"max":1,"step":1e-9}""", "step", "is too small")]
    [DataRow("""{"type":"choice","values":[]}""", "values", "must be an array of 1 to 1000 values")]
    [DataRow("""{"type":"choice","values":[{}]}""", "values", "[0] must be a number, a string or a boolean")]
    [DataRow("""{"type":"fixed"}""", "value", "is required")]
    [DataRow("""{"type":"normal","min":0,"max":1}""", "type", "must be one of")]
    public void A_wrong_parameter_is_refused_at_the_member_at_fault_with_the_rule(string parameter, string member, string rule)
    {
        PipelineError error = Read($$"""{"p":{{parameter}}}""").Errors.Single();

        Assert.AreEqual($"$.sweep.parameters.p.{member}", error.Path);
        StringAssert.StartsWith(error.Reason, rule);
    }

    [TestMethod]
    [DataRow("""{"optimiser":"sgd"}""", ".optimiser", "is not a parameter of this sweep; did you mean 'optimizer'?")]
    [DataRow("""{"optimizer":"sdg"}""", ".optimizer", "is never \"sdg\"; it is \"adam\", \"sgd\"")]
    [DataRow("""{"rate":0.5}""", ".rate", "must be a parameter of type choice or fixed")]
    [DataRow("""{"optimizer":[]}""", ".optimizer", "must be an array of 1 to 1000 values")]
    [DataRow("{}", "", "must name at least one parameter")]
    public void A_wrong_condition_is_refused_with_the_rule(string when, string path, string rule)
    {
        PipelineError error = Read($$$"""{{{{Optimizer}}},"rate":{"type":"uniform","min":0,"max":1},"p":{"type":"fixed","value":1,"when":{{{when}}}}}""").Errors.Single();

        Assert.AreEqual("$.sweep.parameters.p.when" + path, error.Path);
        StringAssert.StartsWith(error.Reason, rule);
    }

    [TestMethod]
    public void Conditions_that_go_in_a_circle_are_refused()
    {
        PipelineReading reading = Read("""{"a":{"type":"fixed","value":1,"when":{"b":1}},"b":{"type":"fixed","value":1,"when":{"a":1}}}""");

        CollectionAssert.AreEqual(new[] { "$.sweep.parameters.a.when", "$.sweep.parameters.b.when" }, reading.Errors.Select(error => error.Path).ToArray());
        Assert.AreEqual("makes a depend on itself", reading.Errors[0].Reason);
    }

    [TestMethod]
    public void Every_kind_of_parameter_is_read()
    {
        IReadOnlyDictionary<string, ParameterDefinition> parameters = Read($$"""
            {
                {{Optimizer}},
                "momentum": {"type": "uniform", "min": 0.5, "max": 1, "when": {"optimizer": ["sgd"]} },
                "width": {"type": "int", "min": 8, "max": 512, "log": true},
                "dropout": {"type": "quantized", "min": 0, "max": 0.5, "step": 0.1}
            }
            """).Definition!.Sweep.Parameters;

        Assert.AreEqual("sgd", parameters["momentum"].When!["optimizer"].Single().GetString());
        Assert.AreEqual((ParameterKind.Int, true), (parameters["width"].Type, parameters["width"].Log));
        Assert.AreEqual((ParameterKind.Quantized, 0.1), (parameters["dropout"].Type, parameters["dropout"].Step));
        Assert.IsNull(parameters["dropout"].When);
    }

    private static PipelineReading Read(string parameters)
    {
        JsonObject pipeline = PipelineJson.Example();
        pipeline["sweep"]!["parameters"] = JsonNode.Parse(parameters);
        return PipelineJson.Read(pipeline);
    }
}
