namespace DurableMl.Inference.Registry;

/// <summary>There is no such model, version or alias.</summary>
public sealed class ModelNotFoundException(string message) : Exception(message)
{
    internal static ModelNotFoundException Model(string model) => new($"Model '{model}' does not exist.");

    internal static ModelNotFoundException Version(string model, string version) => new($"Model '{model}' has no version '{version}'.");

    internal static ModelNotFoundException Alias(string model, string alias) => new($"Model '{model}' has no alias '{alias}'.");
}
