using Azure;

namespace DurableMl.Registry;

/// <summary>A model's aliases at one moment.</summary>
/// <param name="Versions">The version each alias names.</param>
/// <param name="ETag">What to give back to change them only if nobody else has; the default value when there are none yet.</param>
public sealed record ModelAliases(IReadOnlyDictionary<string, string> Versions, ETag ETag)
{
    /// <summary>The alias that serves requests which name no version.</summary>
    public const string Champion = "champion";

    /// <summary>The alias of the version that is being tried.</summary>
    public const string Candidate = "candidate";
}
