using System.Text.Json.Serialization;

namespace DurableMl.Cli.Diagnosis;

/// <summary>How a check went.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CheckOutcome>))]
internal enum CheckOutcome
{
    /// <summary>As it should be.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>It works, or will as soon as it is needed; somebody should know.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>It does not work.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}

/// <summary>One thing that <c>doctor</c> has looked at.</summary>
/// <param name="Name">What.</param>
/// <param name="Outcome">How it is.</param>
/// <param name="Detail">What was seen, in a line.</param>
/// <param name="Fix">What to do, in a line; null where nothing is to be done.</param>
internal sealed record Check(string Name, CheckOutcome Outcome, string Detail, string? Fix = null)
{
    /// <summary>All is well.</summary>
    public static Check Ok(string name, string detail) => new(name, CheckOutcome.Ok, detail);

    /// <summary>Somebody should know.</summary>
    public static Check Warning(string name, string detail, string fix) => new(name, CheckOutcome.Warning, detail, fix);

    /// <summary>It does not work.</summary>
    public static Check Failed(string name, string detail, string fix) => new(name, CheckOutcome.Failed, detail, fix);
}
