using System.Net;
using DurableMl.Orchestrations.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMl.Functions.Pipelines;

/// <summary><c>GET api/pipelines</c> and <c>GET api/pipelines/{runId}</c>: what runs there are and how they are doing.</summary>
public static class ReadPipelines
{
    private const int PageSize = 100;

    /// <summary>One run with its output and its status, in which what it waits for shows too.</summary>
    [Function(nameof(GetPipeline))]
    public static async Task<HttpResponseData> GetPipeline(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/pipelines/{runId}")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string runId,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        return await client.FindRunAsync(runId, cancellationToken) is { } run
            ? await request.JsonAsync(HttpStatusCode.OK, RunDocument.Of(run, await RunStatusReader.ReadAsync(client, run, cancellationToken)))
            : await request.NoSuchRunAsync(runId);
    }

    /// <summary>A page of runs with their own statuses; <c>?continuationToken=</c> asks for the next.</summary>
    [Function(nameof(ListPipelines))]
    public static async Task<HttpResponseData> ListPipelines(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/pipelines")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(client);
        var runs = new List<RunDocument>();
        string? token = request.Query["continuationToken"];
        var query = new OrchestrationQuery(PageSize: PageSize, FetchInputsAndOutputs: true);

        // Sub-orchestrations share the task hub, so a page of instances may hold few runs or none.
        await foreach (Page<OrchestrationMetadata> page in client.GetAllInstancesAsync(query).AsPages(token, PageSize).WithCancellation(cancellationToken))
        {
            runs.AddRange(page.Values.Where(RunQueries.IsRun).Select(run => RunDocument.Of(run) with { Output = null }));
            token = page.ContinuationToken;
            if (runs.Count >= PageSize)
            {
                break;
            }
        }

        return await request.JsonAsync(HttpStatusCode.OK, new RunList(runs, token));
    }
}
