namespace DurableMl.Inference.Experiments;

/// <summary>What became of labels that waited for the instance which had answered their request, where it was not a count.</summary>
internal sealed record FeedbackCounts
{
    /// <summary>Labels that no instance knew a request for within an hour.</summary>
    public long Unmatched { get; set; }

    /// <summary>Labels that could not be counted, such as too many or too few of them.</summary>
    public long Rejected { get; set; }

    /// <summary>Labels whose request had its labels already.</summary>
    public long Repeated { get; set; }

    /// <summary>Why the latest of <see cref="Rejected"/> was.</summary>
    public Rejection? LatestRejection { get; set; }

    public bool IsEmpty => Unmatched == 0 && Rejected == 0 && Repeated == 0;

    public void Add(FeedbackCounts other)
    {
        Unmatched += other.Unmatched;
        Rejected += other.Rejected;
        Repeated += other.Repeated;
        LatestRejection = LatestRejection is null || other.LatestRejection?.At >= LatestRejection.At ? other.LatestRejection : LatestRejection;
    }

    /// <param name="At">When.</param>
    /// <param name="Reason">Why.</param>
    internal sealed record Rejection(DateTimeOffset At, string Reason);
}
