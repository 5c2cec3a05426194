using System.Net;
using DurableMl.Functions.Pipelines;
using DurableMl.Orchestrations.Importing;
using DurableMl.Registry;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMl.Functions.Inference;

/// <summary><c>POST api/models/{model}/import</c>: turns a model of another framework into ONNX on Batch, or takes one that is ONNX, and publishes it.</summary>
public static class ImportModel
{
    /// <summary>Answers 202 with the Durable status URLs, or 400 with everything that is wrong.</summary>
    [Function(nameof(ImportModel))]
    public static async Task<HttpResponseData> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/models/{model}/import")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string model,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(client);
        if (!ModelNames.IsModel(model))
        {
            return await request.ProblemAsync(HttpStatusCode.BadRequest, "The model's name is not valid.", "Use 1 to 64 letters, digits, '.', '_' or '-', beginning and ending with a letter or digit.");
        }

        if (await request.ReadBodyAsync(ImportRequest.MaxBytes, cancellationToken) is not { } body)
        {
            return await request.TooLongAsync("request", ImportRequest.MaxBytes);
        }

        if (ImportRequestReader.Read(body.Span, out var errors) is not { } import)
        {
            return await request.InvalidAsync("The request is not valid.", errors);
        }

        string id = "import-" + Guid.NewGuid().ToString("N");
        await client.ScheduleNewOrchestrationInstanceAsync(nameof(ImportOrchestrator), new ImportInput(id, model, import), new StartOrchestrationOptions(id), cancellationToken);
        return await client.CreateCheckStatusResponseAsync(request, id, cancellationToken);
    }
}
