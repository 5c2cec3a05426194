using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using DurableMl.BatchJobs.Submission;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask.Client;

namespace DurableMl.Functions.Pipelines;

/// <summary>What a person says to a sweep under way: a <see cref="SweepDecision"/> as it is written.</summary>
/// <param name="Action">What to do.</param>
/// <param name="Trial">For <c>stop</c>: the trial; none for the whole sweep.</param>
/// <param name="Trials">For <c>add</c>: how many.</param>
/// <param name="Parameters">For <c>add</c>: values for one trial.</param>
/// <param name="Parallelism">For <c>parallelism</c>: trials at a time.</param>
/// <param name="By">Who decides; to be left out by a caller who is signed in.</param>
/// <param name="Comment">Why.</param>
public sealed record SweepWish(
    SweepAction Action,
    string? Trial = null,
    int? Trials = null,
    IReadOnlyDictionary<string, JsonElement>? Parameters = null,
    int? Parallelism = null,
    string? By = null,
    string? Comment = null);

/// <summary><c>POST api/pipelines/{runId}/sweep</c>: pauses and resumes a sweep under way, stops it or a trial, adds trials, or changes how many run at a time.</summary>
/// <param name="jobs">The jobs there are.</param>
public sealed class SteerSweep(JobLibrary jobs)
{
    private const int MaxBytes = 64 * 1024;

    /// <summary>
    /// Answers 202 with the decision and its id, under which it shows in the run's status once the sweep has taken it; 400 with what is wrong with
    /// it; 404 where there is no such run; or 409 where no sweep of it is under way.
    /// </summary>
    [Function(nameof(SteerSweep))]
    public async Task<HttpResponseData> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/pipelines/{runId}/sweep")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string runId,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        (SweepWish? wish, HttpResponseData? refusal) = await request.ReadDocumentAsync<SweepWish>("decision", MaxBytes, cancellationToken);
        if (wish is null)
        {
            return refusal!;
        }

        if (Caller.Of(request) is { } caller)
        {
            if (wish.By is not null && wish.By != caller)
            {
                return await request.InvalidAsync("The decision is not valid.", [new("$.by", $"must be left out: you are signed in as {caller}")]);
            }

            wish = wish with { By = caller[..Math.Min(caller.Length, SweepDecision.LongestText)] };
        }

        if (await client.FindRunAsync(runId, cancellationToken) is not { } run || run.ReadInputAs<RunInput>()?.Pipeline is not { } pipeline)
        {
            return await request.NoSuchRunAsync(runId);
        }

        SweepDecision decision = Decision(wish);
        PipelineError[] errors = [.. decision.Check(pipeline.Sweep), .. await PipelineCheck.CheckAsync(decision, pipeline.Sweep, jobs, cancellationToken)];
        if (errors.Length > 0)
        {
            return await request.InvalidAsync("The decision is not valid.", errors);
        }

        if (run.IsCompleted)
        {
            return await request.HasEndedAsync("run", run);
        }

        if (await client.GetInstanceAsync(RunIds.Sweep(runId), cancellationToken) is not { IsCompleted: false } instance)
        {
            return await request.ProblemAsync(
                HttpStatusCode.Conflict, "No sweep is under way.", $"The run is in the phase {(run.CustomStatus<RunStatus>()?.Phase.ToString() ?? "ingest").ToLowerInvariant()}; trials run in the phase train.");
        }

        await client.RaiseEventAsync(instance, RunEvents.SweepMessage, new SweepMessage(Decision: decision), cancellationToken);
        return await request.JsonAsync(HttpStatusCode.Accepted, decision);
    }

    private static SweepDecision Decision(SweepWish wish) => new(wish.Action)
    {
        Trial = wish.Trial,
        Trials = wish.Trials,
        Parameters = wish.Parameters,
        Parallelism = wish.Parallelism,
        By = wish.By,
        Comment = wish.Comment,
        Id = RandomNumberGenerator.GetHexString(12, lowercase: true),
    };
}
