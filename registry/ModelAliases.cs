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

/// <summary>There is no such model, version or alias.</summary>
public sealed class ModelNotFoundException(string message) : Exception(message)
{
    internal static ModelNotFoundException Model(string model) => new($"Model '{model}' does not exist.");

    internal static ModelNotFoundException Version(string model, string version) => new($"Model '{model}' has no version '{version}'.");

    internal static ModelNotFoundException Alias(string model, string alias) => new($"Model '{model}' has no alias '{alias}'.");
}

/// <summary>An alias or a traffic rule leads to what should be deleted.</summary>
public sealed class ModelInUseException(string message) : Exception(message);

/// <summary>Somebody else changed it since the given ETag was read.</summary>
public sealed class ModelConflictException(string message) : Exception(message);
