using DurableMl.BatchJobs.Catalog;
using DurableMl.BatchJobs.Submission;
using DurableMl.Orchestrations.Failures;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>Activity: keeps the job's code with the run, so that all trials train with the same.</summary>
/// <param name="training">Training on Batch.</param>
public sealed class PrepareSweep(TrainingJobs training)
{
    /// <summary>Uploads the code unless the run has it.</summary>
    /// <param name="input">The sweep.</param>
    /// <param name="cancellationToken">The host stops.</param>
    [Function(nameof(PrepareSweep))]
    public async Task<SweepPreparation> RunAsync([ActivityTrigger] SweepInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        try
        {
            JobCode code = await training.Code.UploadAsync(input.RunId, input.Sweep.Job, cancellationToken);
            return new SweepPreparation(code.Sha256, training.HasDedicatedPool);
        }
        catch (InvalidJobException e)
        {
            throw new PermanentFailureException(e.Message, e);
        }
    }
}
