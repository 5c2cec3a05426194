namespace DurableMl.BatchJobs.Outcomes;

/// <summary>How an attempt of a trial ended, as far as it matters for what to do next.</summary>
public enum TrialOutcomeKind
{
    /// <summary>Trained to its budget; the outputs are in blobs.</summary>
    Succeeded,

    /// <summary>Exit code 64: it diverged or its parameters are invalid. Do not try again.</summary>
    NonRetryable,

    /// <summary>The job's own fault: any other exit code, or it ran longer than it may.</summary>
    JobFailure,

    /// <summary>Not the job's fault: storage, a damaged shard, an image or a file that could not be brought to the node.</summary>
    InfrastructureFailure,

    /// <summary>The job was asked to stop, and has saved a checkpoint and exited.</summary>
    Stopped,

    /// <summary>The node was taken away, and Batch does not run the task again by itself.</summary>
    Preempted,
}
