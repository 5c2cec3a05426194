using System.Text.Json;

namespace DurableMl.Orchestrations.Pipelines;

/// <summary>One dimension of the parameter space.</summary>
/// <param name="Type">How it is drawn.</param>
/// <param name="Min">The lower bound of <c>uniform</c>, <c>logUniform</c> and <c>int</c>.</param>
/// <param name="Max">The upper bound of the same.</param>
/// <param name="Values">What <c>choice</c> chooses from; the one value of <c>fixed</c>. Numbers, strings and booleans.</param>
public sealed record ParameterDefinition(ParameterKind Type, double Min, double Max, IReadOnlyList<JsonElement> Values);
