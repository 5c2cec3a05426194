using System.Text;
using System.Text.Json.Nodes;
using DurableMl.Orchestrations.Pipelines;

namespace Orchestrations.Tests.Fixtures;

/// <summary>The pipeline of examples/mnist, to be changed by a test.</summary>
internal static class PipelineJson
{
    public static JsonObject Example() => JsonNode.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "examples", "mnist", "pipeline.json")))!.AsObject();

    public static PipelineReading Read(JsonNode pipeline) => PipelineReader.Read(Encoding.UTF8.GetBytes(pipeline.ToJsonString()));

    public static PipelineDefinition Definition(Action<JsonObject>? change = null)
    {
        JsonObject pipeline = Example();
        change?.Invoke(pipeline);
        PipelineReading reading = Read(pipeline);
        Assert.IsTrue(reading.IsValid, string.Join("; ", reading.Errors));
        return reading.Definition!;
    }
}
