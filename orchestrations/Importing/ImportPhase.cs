using System.Text.Json.Serialization;

namespace DurableMl.Orchestrations.Importing;

/// <summary>The phases of an import, in order.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ImportPhase>))]
public enum ImportPhase
{
    /// <summary>What was given is put aside and hashed.</summary>
    [JsonStringEnumMemberName("prepare")]
    Prepare,

    /// <summary>A Batch job makes ONNX of it.</summary>
    [JsonStringEnumMemberName("convert")]
    Convert,

    /// <summary>The ONNX model is tried, compared with the original, and goes to the registry.</summary>
    [JsonStringEnumMemberName("publish")]
    Publish,

    /// <summary>It is over.</summary>
    [JsonStringEnumMemberName("done")]
    Done,
}
