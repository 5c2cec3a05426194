using System.Net;
using DurableMl.Orchestrations.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask.Client;

namespace DurableMl.Functions.Pipelines;

/// <summary><c>GET api/pipelines</c> and <c>GET api/pipelines/{runId}</c>: what runs there are and how they are doing.</summary>
/// <param name="index">The list of all runs.</param>
public sealed class ReadPipelines(RunIndex index)
{
    private const int PageSize = 100;
    private const int ParallelReads = 16;

    /// <summary>One run with its output and its status, in which what it waits for shows too.</summary>
    [Function(nameof(GetPipeline))]
    public static async Task<HttpResponseData> GetPipeline(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/pipelines/{runId}")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string runId,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        if (await client.FindRunAsync(runId, cancellationToken) is not { } run)
        {
            return await request.NoSuchRunAsync(runId);
        }

        RunStatus? status = await RunStatusReader.ReadAsync(client, run, cancellationToken);
        return await request.JsonAsync(HttpStatusCode.OK, RunDocument.Of(run, status) with { SweepReport = status is { Trials.Count: > 0 } ? ReportSweep.PageOf(runId) : null });
    }

    /// <summary>A page of runs, newest first, without their statuses and outputs; <c>?continuationToken=</c> asks for the next.</summary>
    [Function(nameof(ListPipelines))]
    public async Task<HttpResponseData> ListPipelines(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/pipelines")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(client);
        RunEntries page = await index.ListAsync(request.Query["continuationToken"], PageSize, cancellationToken);
        var runs = new RunDocument[page.Runs.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, runs.Length),
            new ParallelOptions { MaxDegreeOfParallelism = ParallelReads, CancellationToken = cancellationToken },
            async (i, token) =>
            {
                RunEntry entry = page.Runs[i];
                // Of a run that has ended, the list says all there is to show.
                OrchestrationMetadata? run = entry.State is null ? await client.GetInstanceAsync(entry.RunId, getInputsAndOutputs: false, token) : null;
                runs[i] = RunDocument.Of(entry, run);
            });
        return await request.JsonAsync(HttpStatusCode.OK, new RunList(runs, page.ContinuationToken));
    }
}

/// <summary>What <c>GET api/pipelines</c> answers.</summary>
/// <param name="Runs">The runs, newest first.</param>
/// <param name="ContinuationToken">Where the next page begins; null on the last.</param>
public sealed record RunList(IReadOnlyList<RunDocument> Runs, string? ContinuationToken);
