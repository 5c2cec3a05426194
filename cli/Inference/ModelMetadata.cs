namespace DurableMl.Cli.Inference;

/// <summary>What <c>GET /v2/models/{model}</c> gives.</summary>
/// <param name="Name">The model.</param>
/// <param name="Versions">Its versions.</param>
/// <param name="Inputs">What it takes.</param>
/// <param name="Outputs">What it gives.</param>
internal sealed record ModelMetadata(string Name, IReadOnlyList<string>? Versions, IReadOnlyList<ModelTensor> Inputs, IReadOnlyList<ModelTensor> Outputs);
