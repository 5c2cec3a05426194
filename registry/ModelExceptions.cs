namespace DurableMl.Registry;

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

/// <summary>A model's files are not what they should be: ONNX Runtime refuses them, or their content does not match their hash.</summary>
public sealed class InvalidModelException : Exception
{
    /// <summary>A model that is invalid for the reason that <paramref name="message"/> gives.</summary>
    public InvalidModelException(string message)
        : base(message)
    {
    }

    /// <summary>A model that is invalid because of <paramref name="innerException"/>.</summary>
    public InvalidModelException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal InvalidModelException(ModelManifest version, ModelFile file, string what)
        : base($"File '{file.Name}' of model '{version.Model}' version {version.Version} {what}.")
    {
    }
}
