namespace DurableMl.Inference.Registry;

/// <summary>One file of a model version.</summary>
/// <param name="Name">Its name beside the others.</param>
/// <param name="Sha256">SHA-256 of its content, 64 lower-case hexadecimal digits.</param>
/// <param name="Bytes">Its length.</param>
public sealed record ModelFile(string Name, string Sha256, long Bytes);
