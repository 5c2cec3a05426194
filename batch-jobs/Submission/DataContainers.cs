namespace DurableMl.BatchJobs.Submission;

/// <summary>The containers that training touches.</summary>
internal static class DataContainers
{
    public const string Datasets = "datasets";

    public const string Jobs = "jobs";

    public const string Runs = "runs";
}
