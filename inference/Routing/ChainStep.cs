namespace DurableMl.Inference.Routing;

/// <summary>One model of a chain.</summary>
/// <param name="Target">The model.</param>
/// <param name="Inputs">Which earlier tensor each of its inputs gets: an output of an earlier step or an input of the request. Inputs not named get the tensor of their own name; a model's only input gets the previous step's only output.</param>
public sealed record ChainStep(ModelTarget Target, IReadOnlyDictionary<string, string>? Inputs = null);
