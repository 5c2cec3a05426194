namespace DurableMl.Inference.Sessions;

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
}
