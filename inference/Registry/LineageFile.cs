namespace DurableMl.Inference.Registry;

/// <summary>A blob that a model version was made from.</summary>
/// <param name="Role">What it was: <c>source</c>, <c>sample</c>, <c>definition</c>, <c>weights</c> or <c>expected</c>.</param>
/// <param name="Blob">Container and name, as they were given.</param>
/// <param name="Sha256">SHA-256 of its content then, 64 lower-case hexadecimal digits.</param>
public sealed record LineageFile(string Role, string Blob, string Sha256);
