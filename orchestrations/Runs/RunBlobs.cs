using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Submission;

namespace DurableMl.Orchestrations.Runs;

/// <summary>The task hub that a run is in, as kept with its blobs.</summary>
/// <param name="TaskHub">The hub's name.</param>
public sealed record RunTaskHub(string TaskHub);

/// <summary>Where a run's blobs lie in the <c>runs</c> container.</summary>
public static class RunBlobs
{
    /// <summary>The pipeline's JSON as it was given.</summary>
    public static string Pipeline(string runId) => runId + "/pipeline.json";

    /// <summary>The sign that the run has begun: its id is taken for good.</summary>
    public static string Claim(string runId) => runId + "/run.json";

    /// <summary>The task hub that the run is in.</summary>
    public static string TaskHub(string runId) => runId + "/taskhub.json";

    /// <summary>The run's report.</summary>
    public static string Report(string runId) => runId + "/report.json";

    /// <summary>All trials of a sweep that has more than a message holds.</summary>
    public static string AllTrials(string runId) => runId + "/trials.json";

    /// <summary>What a resumed run had left of some of its trials, a page of them.</summary>
    public static string EarlierTrials(string runId, int page) => FormattableString.Invariant($"{runId}/earlier/{page:D3}.json");

    /// <summary>A person's decision about the run's sweep.</summary>
    public static string Decision(string runId, int number) => FormattableString.Invariant($"{runId}/decisions/{number:D5}.json");

    /// <summary>How the best trial did on the test split.</summary>
    public static string Evaluation(string runId) => runId + "/evaluation.json";

    /// <summary>An inference request with one test example, with which a model is warmed up.</summary>
    public static string Sample(string runId) => runId + "/sample.json";

    /// <summary>The folder of all trials, with a slash at the end.</summary>
    public static string Trials(string runId) => runId + "/trials/";

    /// <summary>A trial's folder, with a slash at the end.</summary>
    public static string Trial(string runId, string trialId) => $"{Trials(runId)}{trialId}/";

    /// <summary>A trial's hyperparameters.</summary>
    public static string Parameters(string runId, string trialId) => Trial(runId, trialId) + "params.json";

    /// <summary>A file that a trial left, in the trial's own container.</summary>
    public static BlobClient Output(BlobServiceClient blobs, string runId, string trialId, string file) =>
        TrialContainer.Of(blobs, Trial(runId, trialId).TrimEnd('/')).GetBlobClient($"{Trial(runId, trialId)}output/{file}");

    /// <summary>One blob for every time a process of this attempt started.</summary>
    public static string Starts(string runId, string trialId, int attempt) => FormattableString.Invariant($"{Trial(runId, trialId)}starts/{attempt}-");
}
