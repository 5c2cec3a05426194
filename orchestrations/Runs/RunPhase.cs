using System.Text.Json.Serialization;

namespace DurableMl.Orchestrations.Runs;

/// <summary>The phases of a run, in order.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunPhase>))]
public enum RunPhase
{
    /// <summary>The pipeline is recorded and its parts are checked.</summary>
    [JsonStringEnumMemberName("ingest")]
    Ingest,

    /// <summary>Raw data becomes a dataset version.</summary>
    [JsonStringEnumMemberName("preprocess")]
    Preprocess,

    /// <summary>Trials train.</summary>
    [JsonStringEnumMemberName("train")]
    Train,

    /// <summary>The best trial is tested.</summary>
    [JsonStringEnumMemberName("evaluate")]
    Evaluate,

    /// <summary>A person decides.</summary>
    [JsonStringEnumMemberName("approve")]
    Approve,

    /// <summary>The model goes to the registry.</summary>
    [JsonStringEnumMemberName("publish")]
    Publish,

    /// <summary>It is over.</summary>
    [JsonStringEnumMemberName("done")]
    Done,
}
