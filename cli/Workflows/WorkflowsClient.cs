using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Cli.Pipelines;

namespace DurableMl.Cli.Workflows;

/// <summary>A version of a workflow, as <c>PUT api/workflows/{workflow}</c> gives it.</summary>
/// <param name="Version">Its number.</param>
/// <param name="Sha256">The hash of its definition.</param>
internal sealed record WorkflowVersion(int Version, string Sha256);

/// <summary>A workflow, as <c>GET api/workflows/{workflow}</c> gives it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Versions">Its versions, oldest first.</param>
/// <param name="Aliases">The version that each alias names.</param>
internal sealed record WorkflowDetails(string Name, IReadOnlyList<WorkflowVersion> Versions, IReadOnlyDictionary<string, int> Aliases);

/// <summary>An execution, as <c>GET api/workflows/executions/{executionId}</c> gives it.</summary>
internal sealed record Execution
{
    /// <summary>Its id.</summary>
    public string? ExecutionId { get; init; }

    /// <summary>Its workflow.</summary>
    public string? Workflow { get; init; }

    /// <summary>The version that it runs.</summary>
    public int? Version { get; init; }

    /// <summary>RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED.</summary>
    public string? Status { get; init; }

    /// <summary>When it began, in the list of a workflow's executions.</summary>
    public DateTime? StartedAt { get; init; }

    /// <summary>Its output, once it succeeded.</summary>
    public JsonElement? Output { get; init; }

    /// <summary>The name of the error that it ended with.</summary>
    public string? Error { get; init; }

    /// <summary>What happened, for people.</summary>
    public string? Cause { get; init; }

    /// <summary>Whether it will change no more.</summary>
    public bool HasEnded => Status is not (null or "RUNNING");
}

/// <summary>The HTTP API for workflows.</summary>
/// <param name="http">A client whose base address is the Functions host.</param>
/// <param name="time">The clock.</param>
internal sealed class WorkflowsClient(HttpClient http, TimeProvider time)
{
    private readonly ApiConnection api = new(http);

    /// <summary>How often an execution that is followed is looked at.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long the host may be away meanwhile.</summary>
    public TimeSpan AwayLimit { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Adds a version.</summary>
    /// <exception cref="CliException">The definition was refused; the message lists why.</exception>
    public Task<WorkflowVersion> PushAsync(string workflow, string definition, string? alias, CancellationToken cancellationToken) =>
        SendAsync<WorkflowVersion>(HttpMethod.Put, $"{PathOf(workflow)}{(alias is null ? "" : $"?alias={Uri.EscapeDataString(alias)}")}", definition, cancellationToken);

    /// <summary>The names of all workflows.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await SendAsync<JsonObject>(HttpMethod.Get, "api/workflows", null, cancellationToken))["workflows"]!.AsArray().Select(name => name!.GetValue<string>())];

    /// <summary>A workflow's versions and aliases.</summary>
    public Task<WorkflowDetails> GetAsync(string workflow, CancellationToken cancellationToken) =>
        SendAsync<WorkflowDetails>(HttpMethod.Get, PathOf(workflow), null, cancellationToken);

    /// <summary>The newest executions of a workflow, at most 100.</summary>
    public async Task<IReadOnlyList<Execution>> ExecutionsAsync(string workflow, CancellationToken cancellationToken) =>
        (await SendAsync<JsonObject>(HttpMethod.Get, $"{PathOf(workflow)}/executions", null, cancellationToken))["executions"].Deserialize<Execution[]>(JsonSerializerOptions.Web)!;

    /// <summary>The definition of a version.</summary>
    public Task<JsonObject> DefinitionAsync(string workflow, int version, CancellationToken cancellationToken) =>
        SendAsync<JsonObject>(HttpMethod.Get, FormattableString.Invariant($"{PathOf(workflow)}/definition?version={version}"), null, cancellationToken);

    /// <summary>Starts an execution.</summary>
    public Task<Execution> StartAsync(string workflow, string? version, string? executionId, string? input, CancellationToken cancellationToken)
    {
        (string Name, string? Value)[] asked = [("version", version), ("executionId", executionId)];
        var query = string.Join('&', asked.Where(each => each.Value is not null).Select(each => $"{each.Name}={Uri.EscapeDataString(each.Value!)}"));
        return SendAsync<Execution>(HttpMethod.Post, $"{PathOf(workflow)}/executions{(query.Length > 0 ? "?" + query : "")}", input ?? "{}", cancellationToken);
    }

    /// <summary>How an execution is doing.</summary>
    public Task<Execution> GetExecutionAsync(string executionId, CancellationToken cancellationToken) =>
        SendAsync<Execution>(HttpMethod.Get, PathOfExecution(executionId), null, cancellationToken);

    /// <summary>Ends an execution.</summary>
    public Task StopAsync(string executionId, string? error, string? cause, CancellationToken cancellationToken) => SendAsync<Execution>(
        HttpMethod.Post, PathOfExecution(executionId) + "/stop", new JsonObject { ["error"] = error, ["cause"] = cause }.ToJsonString(), cancellationToken);

    /// <summary>Lets an execution that has not succeeded go on.</summary>
    /// <exception cref="CliException">There is none such, or nothing to redrive.</exception>
    public Task<Execution> RedriveAsync(string executionId, CancellationToken cancellationToken) =>
        SendAsync<Execution>(HttpMethod.Post, PathOfExecution(executionId) + "/redrive", null, cancellationToken);

    /// <summary>A pipeline as a workflow that does the same.</summary>
    /// <exception cref="CliException">The pipeline was refused; the message lists why.</exception>
    public Task<JsonObject> ExportPipelineAsync(string pipeline, CancellationToken cancellationToken) =>
        SendAsync<JsonObject>(HttpMethod.Post, "api/workflows/export-pipeline", pipeline, cancellationToken);

    /// <summary>Makes a schedule or changes it.</summary>
    /// <exception cref="CliException">It was refused; the message lists why.</exception>
    public Task<JsonObject> SetScheduleAsync(string name, string schedule, CancellationToken cancellationToken) =>
        SendAsync<JsonObject>(HttpMethod.Put, "api/schedules/" + Uri.EscapeDataString(name), schedule, cancellationToken);

    /// <summary>All schedules.</summary>
    public async Task<IReadOnlyList<JsonNode>> SchedulesAsync(CancellationToken cancellationToken) =>
        [.. (await SendAsync<JsonObject>(HttpMethod.Get, "api/schedules", null, cancellationToken))["schedules"]!.AsArray().Select(each => each!)];

    /// <summary>Removes a schedule.</summary>
    /// <exception cref="CliException">There is none of that name.</exception>
    public async Task RemoveScheduleAsync(string name, CancellationToken cancellationToken)
    {
        using var response = await api.SendAsync(HttpMethod.Delete, "api/schedules/" + Uri.EscapeDataString(name), null, cancellationToken);
        await ApiConnection.ThrowIfRefusedAsync(response, cancellationToken);
    }

    /// <summary>Tries out a state.</summary>
    public Task<JsonObject> TestStateAsync(JsonObject request, CancellationToken cancellationToken) =>
        SendAsync<JsonObject>(HttpMethod.Post, "api/workflows/test-state", request.ToJsonString(), cancellationToken);

    /// <summary>All events behind one, to the newest.</summary>
    public async IAsyncEnumerable<JsonObject> HistoryAsync(string executionId, int after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (int? next = after; next is { } from;)
        {
            var page = await SendAsync<JsonObject>(
                HttpMethod.Get, FormattableString.Invariant($"{PathOfExecution(executionId)}/history?nextToken={from}"), null, cancellationToken);
            foreach (var happened in page["events"]!.AsArray())
            {
                yield return happened!.AsObject();
            }

            next = (int?)page["nextToken"];
        }
    }

    /// <summary>Shows events as they come until an execution has ended, through restarts of the host, and returns it.</summary>
    /// <exception cref="CliException">There is no such execution, or the host stays away.</exception>
    public async Task<Execution> FollowAsync(string executionId, Func<JsonObject, Task> show, CancellationToken cancellationToken)
    {
        var (last, answered) = (0, time.GetTimestamp());
        while (true)
        {
            try
            {
                // The end is asked for first: all events are there once it is.
                var execution = await GetExecutionAsync(executionId, cancellationToken);
                await foreach (var happened in HistoryAsync(executionId, last, cancellationToken))
                {
                    last = (int)happened["id"]!;
                    await show(happened);
                }

                answered = time.GetTimestamp();
                if (execution.HasEnded)
                {
                    return execution;
                }
            }
            catch (HostUnreachableException) when (time.GetElapsedTime(answered) < AwayLimit)
            {
                // It may be restarting; the next look tells.
            }

            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    private static string PathOf(string workflow) => "api/workflows/" + Uri.EscapeDataString(workflow);

    private static string PathOfExecution(string executionId) => "api/workflows/executions/" + Uri.EscapeDataString(executionId);

    private async Task<T> SendAsync<T>(HttpMethod method, string path, string? body, CancellationToken cancellationToken)
    {
        using var content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await api.SendAsync(method, path, content, cancellationToken);
        await ApiConnection.ThrowIfRefusedAsync(response, cancellationToken);
        return (await response.Content.ReadFromJsonAsync<T>(JsonSerializerOptions.Web, cancellationToken))!;
    }
}
