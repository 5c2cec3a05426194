using System.Net;
using DurableMl.Functions.Pipelines;
using DurableMl.Orchestrations.Importing;
using DurableMl.Orchestrations.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask.Client;

namespace DurableMl.Functions.Inference;

/// <summary><c>GET api/imports/{importId}</c> and <c>POST …/cancel</c>: how an import is doing, and the way to stop it.</summary>
public static class ManageImports
{
    /// <summary>One import with its output and its status, in which its conversion shows too; 404 where there is no such import.</summary>
    [Function(nameof(GetImport))]
    public static async Task<HttpResponseData> GetImport(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/imports/{importId}")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string importId,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(client);
        return await client.FindAsync(nameof(ImportOrchestrator), importId, cancellationToken) is { } import
            ? await request.JsonAsync(HttpStatusCode.OK, RunDocument.Of(import, await ImportStatusReader.ReadAsync(client, import, cancellationToken)))
            : await request.NoSuchAsync("import", importId);
    }

    /// <summary>
    /// Stops an import that has not come to publishing yet. Answers 202 with the Durable status URLs, 404 where there is no such import, or
    /// 409 where it has ended.
    /// </summary>
    [Function(nameof(CancelImport))]
    public static async Task<HttpResponseData> CancelImport(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/imports/{importId}/cancel")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string importId,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(client);
        return await request.CancelAsync(client, "import", nameof(ImportOrchestrator), importId, cancellationToken);
    }
}
