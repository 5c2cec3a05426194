namespace DurableMl.Inference.Routing;

/// <summary>A small model answers; the rows it is not sure of go to a large one.</summary>
/// <param name="First">The small model.</param>
/// <param name="Then">The large model, with the same inputs and outputs.</param>
/// <param name="Confidence">Rows whose highest probability is below this go on: above 0, at most 1.</param>
public sealed record CascadeRoute(ModelTarget First, ModelTarget Then, double Confidence) : Route
{
    /// <summary>The output with the scores; null for the first. Scores that are no probabilities go through softmax.</summary>
    public string? Scores { get; init; }

    internal override IEnumerable<(string Path, ModelTarget? Target)> Targets() => [(".first", First), (".then", Then)];

    internal override IEnumerable<(string Path, ModelTarget Target, ModelTarget Reference)> Alike() => [(".then", Then, First)];

    internal override IEnumerable<(string Path, string Reason)> Problems()
    {
        if (!(Confidence is > 0 and <= 1))
        {
            yield return (".confidence", "must be above 0 and at most 1.");
        }
    }
}
