using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure;
using DurableMl.Functions.Pipelines;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Workflows;
using DurableMl.Workflows.Definitions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace DurableMl.Functions.Workflows;

/// <summary><c>api/workflows</c>: definitions, their versions and aliases.</summary>
/// <param name="store">The definitions.</param>
public sealed class ManageWorkflows(WorkflowStore store)
{
    private static readonly string[] Reserved = ["executions", "activities", "tasks", "validate", "test-state", "export-pipeline"];

    /// <summary>
    /// <c>PUT api/workflows/{workflow}[?alias=]</c>: adds a version, unless the newest has this text already. Answers 201 for a new version, 200
    /// for the old one, or 400 with everything that is wrong with the definition.
    /// </summary>
    [Function(nameof(PushWorkflow))]
    public async Task<HttpResponseData> PushWorkflow(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = "api/workflows/{workflow}")] HttpRequestData request,
        string workflow,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!WorkflowNames.IsValid(workflow) || Reserved.Contains(workflow))
        {
            return await request.ProblemAsync(
                HttpStatusCode.BadRequest, "The workflow's name is not valid.", $"Use {WorkflowNames.Shape}, but none of {string.Join(", ", Reserved)}.");
        }

        var alias = request.Query["alias"];
        if (alias is not null && !IsAlias(alias))
        {
            return await request.WrongAliasAsync();
        }

        if (await request.ReadBodyAsync(WorkflowStore.MaxBytes, cancellationToken) is not { } body)
        {
            return await request.TooLongAsync("definition", WorkflowStore.MaxBytes);
        }

        try
        {
            var push = await store.PushAsync(workflow, body, alias, cancellationToken);
            return push.Version is { } version
                ? await request.JsonAsync(push.IsNew ? HttpStatusCode.Created : HttpStatusCode.OK, version)
                : await request.InvalidAsync("The definition is not valid.", [.. push.Mistakes.Select(Error)]);
        }
        catch (PermanentFailureException e)
        {
            return await request.ProblemAsync(HttpStatusCode.Conflict, "The workflow is full.", e.Message);
        }
    }

    /// <summary><c>POST api/workflows/validate</c>: what is wrong with a definition, as AWS's operation ValidateStateMachineDefinition says it.</summary>
    [Function(nameof(ValidateWorkflow))]
    public async Task<HttpResponseData> ValidateWorkflow(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/workflows/validate")] HttpRequestData request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (await request.ReadBodyAsync(WorkflowStore.MaxBytes, cancellationToken) is not { } body)
        {
            return await request.TooLongAsync("definition", WorkflowStore.MaxBytes);
        }

        var mistakes = store.Validate(body.Span);
        return await request.JsonAsync(
            HttpStatusCode.OK,
            new WorkflowValidation(
                mistakes.Count == 0 ? "OK" : "FAIL", [.. mistakes.Select(mistake => new WorkflowMistake("ERROR", mistake.Code, mistake.Message, mistake.Location))]));
    }

    /// <summary><c>GET api/workflows</c>: the names of all workflows.</summary>
    [Function(nameof(ListWorkflows))]
    public async Task<HttpResponseData> ListWorkflows(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/workflows")] HttpRequestData request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return await request.JsonAsync(HttpStatusCode.OK, new WorkflowList(await store.ListAsync(cancellationToken)));
    }

    /// <summary><c>POST api/workflows/export-pipeline</c>: a pipeline as a workflow that does the same by its parts. Keeps nothing.</summary>
    [Function(nameof(ExportPipeline))]
    public static async Task<HttpResponseData> ExportPipeline(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/workflows/export-pipeline")] HttpRequestData request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (await request.ReadBodyAsync(PipelineReader.MaxBytes, cancellationToken) is not { } body)
        {
            return await request.TooLongAsync("pipeline", PipelineReader.MaxBytes);
        }

        var reading = PipelineReader.Read(body);
        return reading.IsValid
            ? await request.JsonAsync(HttpStatusCode.OK, PipelineExport.ToWorkflow(reading.Definition, JsonNode.Parse(body.Span)!.AsObject()))
            : await request.InvalidAsync("The pipeline is not valid.", reading.Errors);
    }

    /// <summary><c>GET api/workflows/{workflow}</c>: a workflow's versions and aliases.</summary>
    [Function(nameof(GetWorkflow))]
    public async Task<HttpResponseData> GetWorkflow(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/workflows/{workflow}")] HttpRequestData request,
        string workflow,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (found, etag) = WorkflowNames.IsValid(workflow) ? await store.ReadAsync(workflow, cancellationToken) : default;
        return found is null ? await request.NoSuchWorkflowAsync(workflow) : await AnswerAsync(request, found, etag);
    }

    /// <summary><c>GET api/workflows/{workflow}/definition[?version=]</c>: the text of a version, which its number or an alias names; of the newest otherwise.</summary>
    [Function(nameof(GetWorkflowDefinition))]
    public async Task<HttpResponseData> GetWorkflowDefinition(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/workflows/{workflow}/definition")] HttpRequestData request,
        string workflow,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (found, _) = WorkflowNames.IsValid(workflow) ? await store.ReadAsync(workflow, cancellationToken) : default;
        if (found?.Find(request.Query["version"]) is not { } version)
        {
            return await request.NoSuchWorkflowAsync(workflow, request.Query["version"]);
        }

        HttpResponseData response = request.CreateResponse();
        response.Headers.Add("Content-Type", "application/json; charset=utf-8");
        response.Headers.Add("ETag", $"\"{version.Sha256}\"");
        await response.Body.WriteAsync((await store.DefinitionAsync(version, cancellationToken)).ToMemory(), cancellationToken);
        return response;
    }

    /// <summary>
    /// <c>PUT api/workflows/{workflow}/aliases/{alias}</c> with <c>{"version": 3}</c> lets an alias name a version; <c>DELETE</c> removes it.
    /// <c>If-Match</c> with the workflow's ETag guards the change.
    /// </summary>
    [Function(nameof(SetWorkflowAlias))]
    public async Task<HttpResponseData> SetWorkflowAlias(
        [HttpTrigger(AuthorizationLevel.Function, "put", "delete", Route = "api/workflows/{workflow}/aliases/{alias}")] HttpRequestData request,
        string workflow,
        string alias,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!IsAlias(alias))
        {
            return await request.WrongAliasAsync();
        }

        int? version = null;
        if (request.Method != "DELETE")
        {
            var (named, refusal) = await request.ReadDocumentAsync<WorkflowAliasDocument>("body", 1024, cancellationToken);
            if (named is null)
            {
                return refusal!;
            }

            version = named.Version;
        }

        ETag? expected = request.Headers.TryGetValues("If-Match", out var values) && values.FirstOrDefault() is { } match ? new ETag(match) : null;
        if (!WorkflowNames.IsValid(workflow))
        {
            return await request.NoSuchWorkflowAsync(workflow);
        }

        var change = await store.SetAliasAsync(workflow, alias, version, expected, cancellationToken);
        return change.Refusal switch
        {
            null => await AnswerAsync(request, change.Workflow!, change.ETag),
            AliasRefusal.Changed => await request.ProblemAsync(
                HttpStatusCode.PreconditionFailed, "The workflow has changed.", "Somebody else changed its versions or aliases. Read it again."),
            AliasRefusal.TooMany => await request.ProblemAsync(HttpStatusCode.Conflict, "There are too many aliases.", "Remove one that nothing uses."),
            AliasRefusal.NoVersion when version is null => await request.ProblemAsync(
                HttpStatusCode.NotFound, "There is no such alias.", $"The workflow '{workflow}' has no alias '{alias}'."),
            AliasRefusal.NoVersion => await request.NoSuchWorkflowAsync(workflow, version.Value.ToString(CultureInfo.InvariantCulture)),
            _ => await request.NoSuchWorkflowAsync(workflow),
        };
    }

    internal static PipelineError Error(Diagnostic mistake) => new(mistake.Location ?? "/", $"{mistake.Code}: {mistake.Message}");

    // A number is a version.
    private static bool IsAlias(string alias) => WorkflowNames.IsValid(alias) && !alias.All(char.IsAsciiDigit);

    private static async Task<HttpResponseData> AnswerAsync(HttpRequestData request, Workflow workflow, ETag etag)
    {
        HttpResponseData response = request.CreateResponse();
        response.Headers.Add("Content-Type", "application/json; charset=utf-8");
        response.Headers.Add("ETag", etag.ToString("H"));
        await response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(workflow, JsonBlobs.Options), request.FunctionContext.CancellationToken);
        return response;
    }
}

/// <param name="Version">A version's number.</param>
internal sealed record WorkflowAliasDocument(int Version);

/// <param name="Workflows">Their names, in order.</param>
internal sealed record WorkflowList(IReadOnlyList<string> Workflows);

/// <param name="Result">OK or FAIL.</param>
/// <param name="Diagnostics">All mistakes.</param>
internal sealed record WorkflowValidation(string Result, IReadOnlyList<WorkflowMistake> Diagnostics);

/// <param name="Severity">ERROR.</param>
/// <param name="Code">The kind of mistake.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Location">A JSON pointer to where it is; left out where the text is no object at all.</param>
internal sealed record WorkflowMistake(string Severity, string Code, string Message, string? Location);

/// <summary>What the functions of workflows answer besides documents.</summary>
internal static class WorkflowProblems
{
    public static Task<HttpResponseData> NoSuchWorkflowAsync(this HttpRequestData request, string workflow, string? version = null) => request.ProblemAsync(
        HttpStatusCode.NotFound,
        version is null ? "There is no such workflow." : "There is no such version.",
        version is null ? $"No workflow has the name '{workflow}'." : $"The workflow '{workflow}' has no version or alias '{version}', or there is no such workflow.");

    public static Task<HttpResponseData> WrongAliasAsync(this HttpRequestData request) =>
        request.ProblemAsync(HttpStatusCode.BadRequest, "The alias is not valid.", $"Use {WorkflowNames.Shape}, and not digits alone: a number is a version.");

    public static Task<HttpResponseData> WrongActivityAsync(this HttpRequestData request) =>
        request.ProblemAsync(HttpStatusCode.BadRequest, "The activity's name is not valid.", $"Use {WorkflowNames.Shape}.");

    /// <summary>Reads a document; null, and the answer, where the body is none.</summary>
    public static async Task<(JsonElement? Document, HttpResponseData? Refusal)> ReadJsonAsync(
        this HttpRequestData request, string what, int limit, string standard, CancellationToken cancellationToken)
    {
        if (await request.ReadBodyAsync(limit, cancellationToken) is not { } body)
        {
            return (null, await request.TooLongAsync(what, limit));
        }

        try
        {
            return (body.IsEmpty ? JsonElement.Parse(standard) : JsonElement.Parse(body.Span), null);
        }
        catch (JsonException e)
        {
            return (null, await request.InvalidAsync($"The {what} is not valid.", [new(e.Path is { Length: > 0 } path ? path : "$", $"is not JSON: {e.Message}")]));
        }
    }
}
