using System.Text.Json.Serialization;

namespace DurableMl.Inference.Experiments;

/// <summary>What the routes and versions of one model have done.</summary>
internal sealed class ExperimentCounts
{
    /// <summary>Past so many the oldest arm joins those counted together as <c>other</c>.</summary>
    public const int MaxArms = 1024;

    private const string Other = "other";

    private readonly OrderedDictionary<(string Route, string? Version), ExperimentArm> arms = [];

    /// <summary>By route and version, the oldest first.</summary>
    public IReadOnlyList<ExperimentArm> Arms
    {
        get => [.. arms.Values];
        init
        {
            foreach (ExperimentArm arm in value)
            {
                Arm(arm.Route, arm.Version).Add(arm);
            }
        }
    }

    /// <summary>Labels that were not counted.</summary>
    public FeedbackCounts Feedback { get; init; } = new();

    [JsonIgnore]
    public bool IsEmpty => arms.Count == 0 && Feedback.IsEmpty;

    /// <summary>The arm of a route and version, to count in.</summary>
    public ExperimentArm Arm(string route, string? version)
    {
        if (arms.TryGetValue((route, version), out ExperimentArm? arm))
        {
            return arm;
        }

        if (arms.Count >= MaxArms && route != Other)
        {
            int oldest = arms.GetAt(0).Key.Route == Other ? 1 : 0;
            ExperimentArm retired = arms.GetAt(oldest).Value;
            arms.RemoveAt(oldest);
            Arm(Other, null).Add(retired);
        }

        return arms[(route, version)] = new(route, version);
    }

    public void Add(ExperimentCounts other)
    {
        foreach (ExperimentArm arm in other.arms.Values)
        {
            Arm(arm.Route, arm.Version).Add(arm);
        }

        Feedback.Add(other.Feedback);
    }
}
