namespace DurableMl.Inference.Protocol;

/// <summary>An output that a request names.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Binary">Whether its binary form is wanted; null for what the request says for all.</param>
/// <param name="Classes">The best classes wanted instead of the scores (Triton's parameter <c>classification</c>); 0 for the tensor itself.</param>
internal sealed record RequestedOutput(string Name, bool? Binary, int Classes = 0);
