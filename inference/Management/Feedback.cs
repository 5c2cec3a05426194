namespace DurableMl.Inference.Management;

/// <summary>The true classes of a request's examples: the body of <c>POST api/feedback</c>.</summary>
/// <param name="Model">The model that was asked.</param>
/// <param name="Labels">The true class of each example of the request.</param>
public sealed record Feedback(string Model, IReadOnlyList<long> Labels)
{
    /// <summary>The request's id, as its response gave it: 1 to 1024 characters. Known for the latest 100,000 requests of each instance, of 256 examples at most.</summary>
    public string? Id { get; init; }

    /// <summary>Instead of an id: the <c>model_version</c> that the response named.</summary>
    public string? Version { get; init; }

    /// <summary>Instead of an id: the <c>route</c> that the response named.</summary>
    public string? Route { get; init; }

    /// <summary>Instead of an id: the classes that were predicted.</summary>
    public IReadOnlyList<long>? Predicted { get; init; }
}
