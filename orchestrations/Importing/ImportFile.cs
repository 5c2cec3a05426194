namespace DurableMl.Orchestrations.Importing;

/// <summary>A blob that an import was given, and where it is kept.</summary>
/// <param name="Role">What it is: <c>source</c>, <c>sample</c>, <c>definition</c>, <c>weights</c> or <c>expected</c>, as in the request.</param>
/// <param name="Blob">The blob as the request names it.</param>
/// <param name="Name">Its name in the import's dataset.</param>
/// <param name="Sha256">SHA-256 of its content, in lower-case hexadecimal digits.</param>
public sealed record ImportFile(string Role, string Blob, string Name, string Sha256)
{
    /// <summary>The <see cref="Role"/> of the model.</summary>
    public const string Source = "source";

    /// <summary>The <see cref="Role"/> of the model's inputs.</summary>
    public const string Sample = "sample";

    /// <summary>The <see cref="Role"/> of a PyTorch checkpoint's module.</summary>
    public const string Definition = "definition";

    /// <summary>The <see cref="Role"/> of an ONNX file's weights.</summary>
    public const string Weights = "weights";

    /// <summary>The <see cref="Role"/> of what an ONNX model should answer.</summary>
    public const string Expected = "expected";
}
