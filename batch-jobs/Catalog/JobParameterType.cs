using System.Text.Json.Serialization;

namespace DurableMl.BatchJobs.Catalog;

/// <summary>The type of a hyperparameter's value.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JobParameterType>))]
public enum JobParameterType
{
    /// <summary>A finite real number.</summary>
    [JsonStringEnumMemberName("number")]
    Number,

    /// <summary>A whole number; <c>64.0</c> counts as one.</summary>
    [JsonStringEnumMemberName("integer")]
    Integer,

    /// <summary>A text, mostly one of a few.</summary>
    [JsonStringEnumMemberName("string")]
    String,

    /// <summary>True or false.</summary>
    [JsonStringEnumMemberName("boolean")]
    Boolean,
}
