using System.Text.Json;
using Azure.Storage.Blobs;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Telemetry;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace DurableMl.Orchestrations.Runs;

/// <summary>What <see cref="WriteReport"/> works on.</summary>
/// <param name="RunId">The run.</param>
/// <param name="ExecutionStartedAt">When this execution of it began, UTC.</param>
/// <param name="Report">Its <see cref="RunOutput"/>.</param>
public sealed record WriteReportInput(string RunId, DateTime ExecutionStartedAt, JsonElement Report);

/// <summary>Activity: keeps what a run came to with the run's other blobs, where it outlives the task hub, and lists it as ended.</summary>
/// <param name="blobs">The data account.</param>
/// <param name="meter">Counts the run.</param>
/// <param name="logger">Where it says how the run ended.</param>
public sealed partial class WriteReport(BlobServiceClient blobs, PipelineMeter meter, ILogger<WriteReport> logger)
{
    /// <summary>Writes the report.</summary>
    /// <param name="input">The report.</param>
    /// <param name="cancellationToken">The host stops.</param>
    [Function(nameof(WriteReport))]
    public async Task RunAsync([ActivityTrigger] WriteReportInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        BlobContainerClient runs = blobs.GetBlobContainerClient(DataContainers.Runs);
        RunClaim? claim = await runs.GetBlobClient(RunBlobs.Claim(input.RunId)).ReadJsonAsync<RunClaim>(cancellationToken);

        // A run that was refused because its id was taken must not write over the report of the one that has it.
        if (claim is not null && claim.ExecutionStartedAt == input.ExecutionStartedAt)
        {
            RunOutput report = await CompleteAsync(input.Report.Deserialize<RunOutput>(JsonBlobs.Options)!, cancellationToken);
            BlobClient blob = runs.GetBlobClient(RunBlobs.Report(input.RunId));
            RunOutput? earlier = await blob.ReadJsonAsync<RunOutput>(cancellationToken);
            await blob.WriteJsonAsync(report, cancellationToken);
            // This execution's own report is there already if the activity runs again.
            if (earlier?.Phases.FirstOrDefault()?.StartedAt != report.Phases[0].StartedAt)
            {
                meter.RunEnded(report, earlier);
                LogEnded(logger, input.RunId, report.State);
            }

            await new RunIndex(blobs).EndAsync(input.RunId, claim.StartedAt, report.Pipeline, report.State, cancellationToken);
        }
    }

    /// <summary>With those trials of a large sweep that did not travel through messages.</summary>
    private async Task<RunOutput> CompleteAsync(RunOutput report, CancellationToken cancellationToken) =>
        report.TrialsOmitted is not null && await KeepTrials.ReadAsync(blobs, report.RunId, cancellationToken) is { } all ? report with { Trials = all, TrialsOmitted = null } : report;

    [LoggerMessage(LogLevel.Information, "Run {RunId} ended: {State}.")]
    private static partial void LogEnded(ILogger logger, string runId, RunState state);
}
