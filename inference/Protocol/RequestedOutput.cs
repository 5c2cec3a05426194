namespace DurableMl.Inference.Protocol;

/// <summary>An output that a request names.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Binary">Whether its binary form is wanted; null for what the request says for all.</param>
internal sealed record RequestedOutput(string Name, bool? Binary);
