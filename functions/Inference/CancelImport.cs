using DurableMl.Functions.Pipelines;
using DurableMl.Orchestrations.Importing;
using DurableMl.Orchestrations.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask.Client;

namespace DurableMl.Functions.Inference;

/// <summary><c>POST api/imports/{importId}/cancel</c>: stops an import that has not come to publishing yet.</summary>
public static class CancelImport
{
    /// <summary>Answers 202 with the Durable status URLs, 404 where there is no such import, or 409 where it has ended.</summary>
    [Function(nameof(CancelImport))]
    public static async Task<HttpResponseData> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/imports/{importId}/cancel")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string importId,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(client);
        if (!RunIds.IsValid(importId) || await client.GetInstanceAsync(importId, cancellationToken) is not { } import || import.Name != nameof(ImportOrchestrator))
        {
            return await request.NoSuchAsync("import", importId);
        }

        if (import.IsCompleted)
        {
            return await request.HasEndedAsync("import", import);
        }

        await client.RaiseEventAsync(importId, RunEvents.Cancel, request.CancelReason(), cancellationToken);
        return await client.CreateCheckStatusResponseAsync(request, importId, cancellationToken);
    }
}
