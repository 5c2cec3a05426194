using System.Net;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask.Client;

namespace DurableMl.Functions.Pipelines;

/// <summary><c>POST api/pipelines[?runId=]</c>: starts a run.</summary>
/// <param name="starter">Starts runs.</param>
public sealed class StartPipeline(RunStarter starter)
{
    /// <summary>Answers 202 with the Durable status URLs, 400 with everything that is wrong with the pipeline, or 409 where there is a run of that id.</summary>
    [Function(nameof(StartPipeline))]
    public async Task<HttpResponseData> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/pipelines")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Query["runId"] is { } wanted && !RunIds.IsValid(wanted))
        {
            return await request.ProblemAsync(HttpStatusCode.BadRequest, "The run id is not valid.", $"runId must consist of {RunIds.Shape}.");
        }

        if (await request.ReadBodyAsync(PipelineReader.MaxBytes, cancellationToken) is not { } body)
        {
            return await request.TooLongAsync("pipeline", PipelineReader.MaxBytes);
        }

        RunStart start = await starter.StartAsync(client, body, request.Query["runId"], cancellationToken);
        if (start.Existed)
        {
            return await request.ProblemAsync(HttpStatusCode.Conflict, "There is a run of that id already.", $"Choose another runId than '{start.RunId}', or none; an id is used once, even if the run's history is gone.");
        }

        return start.RunId is null
            ? await request.InvalidAsync("The pipeline is not valid.", start.Errors)
            : await client.CreateCheckStatusResponseAsync(request, start.RunId, cancellationToken);
    }
}
