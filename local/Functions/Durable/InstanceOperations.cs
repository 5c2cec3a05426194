using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMl.Local.Functions.Durable;

/// <summary>What can be done to instances.</summary>
internal sealed class InstanceOperations(DurableManagementApi api)
{
    public Task TerminateAsync(HttpContext http) =>
        ForUnfinishedAsync(
            http,
            (id, reason) => api.Client.TerminateInstanceAsync(id, new TerminateInstanceOptions(reason), http.RequestAborted)
        );

    public Task SuspendAsync(HttpContext http) =>
        ForUnfinishedAsync(http, (id, reason) => api.Client.SuspendInstanceAsync(id, reason, http.RequestAborted));

    public Task ResumeAsync(HttpContext http) =>
        ForUnfinishedAsync(http, (id, reason) => api.Client.ResumeInstanceAsync(id, reason, http.RequestAborted));

    public Task RaiseEventAsync(HttpContext http) =>
        ForUnfinishedAsync(
            http,
            async (id, _) =>
            {
                if (!ManagementQuery.HasJson(http.Request))
                {
                    throw new BadHttpRequestException("Only application/json request content is supported");
                }

                object? payload = await ReadJsonAsync(http);
                await api.Client.RaiseEventAsync(id, DurableManagementApi.RouteValue(http, "eventName"), payload, http.RequestAborted);
            }
        );

    public async Task RewindAsync(HttpContext http)
    {
        if (await FindAsync(http) is not { } instance)
        {
            return;
        }

        if (instance.RuntimeStatus != OrchestrationRuntimeStatus.Failed)
        {
            await DurableManagementApi.RespondAsync(
                http,
                StatusCodes.Status412PreconditionFailed,
                $"This orchestration has status {instance.RuntimeStatus}, but only orchestrations in the \"Failed\" state can be rewound."
            );
            return;
        }

        await api.Client.RewindInstanceAsync(instance.InstanceId, ManagementQuery.Text(http, "reason") ?? "", http.RequestAborted);
        http.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    public async Task RestartAsync(HttpContext http)
    {
        string instanceId = DurableManagementApi.RouteValue(http, "instanceId");
        if (await api.Client.GetInstanceAsync(instanceId, http.RequestAborted) is not { } instance)
        {
            await DurableManagementApi.RespondErrorAsync(
                http,
                StatusCodes.Status400BadRequest,
                "InstanceId does not match a valid orchestration instance."
            );
            return;
        }

        bool newId = ManagementQuery.Flag(http, "restartWithNewInstanceId", fallback: true);
        if (!newId && !instance.IsCompleted)
        {
            await DurableManagementApi.RespondErrorAsync(
                http,
                StatusCodes.Status409Conflict,
                "A non-terminal instance with this instance ID already exists."
            );
            return;
        }

        string restarted = await api.Client.RestartAsync(instanceId, newId, http.RequestAborted);
        await AnswerStartAsync(http, restarted);
    }

    public async Task StartAsync(HttpContext http)
    {
        object? input = http.Request.ContentLength is 0 ? null : await ReadJsonAsync(http);
        string id = DurableManagementApi.RouteValue(http, "instanceId") is { Length: > 0 } given ? given : Guid.NewGuid().ToString("N");
        if (await api.Client.GetInstanceAsync(id, http.RequestAborted) is { IsCompleted: false })
        {
            await DurableManagementApi.RespondErrorAsync(
                http,
                StatusCodes.Status409Conflict,
                $"An Orchestration instance with the status Running already exists."
            );
            return;
        }

        StartOrchestrationOptions options = new(id)
        {
            Version = ManagementQuery.Text(http, "version") is { } version ? new TaskVersion(version) : null,
        };
        await api.Client.ScheduleNewOrchestrationInstanceAsync(
            new TaskName(DurableManagementApi.RouteValue(http, "functionName")),
            input,
            options,
            http.RequestAborted
        );
        await AnswerStartAsync(http, id);
    }

    public async Task PurgeAsync(HttpContext http)
    {
        string instanceId = DurableManagementApi.RouteValue(http, "instanceId");
        if (!instanceId.StartsWith('@'))
        {
            if (await FindAsync(http) is not { } instance)
            {
                return;
            }

            if (!instance.IsCompleted)
            {
                await DurableManagementApi.RespondAsync(
                    http,
                    StatusCodes.Status412PreconditionFailed,
                    $"Only orchestrations in a terminal state can be purged, but the orchestration with instance ID {instanceId} has status {instance.RuntimeStatus}"
                );
                return;
            }
        }

        PurgeResult result = await api.Client.PurgeInstanceAsync(instanceId, options: null, http.RequestAborted);
        await DurableManagementApi.RespondAsync(http, StatusCodes.Status200OK, new Purged(result.PurgedInstanceCount));
    }

    public async Task PurgeManyAsync(HttpContext http)
    {
        if (ManagementQuery.Time(http, "createdTimeFrom") is not { } from)
        {
            await DurableManagementApi.RespondAsync(
                http,
                StatusCodes.Status400BadRequest,
                "Please provide value for 'createdTimeFrom' parameter."
            );
            return;
        }

        PurgeInstancesFilter filter = new(from, ManagementQuery.Time(http, "createdTimeTo"), ManagementQuery.Statuses(http));
        PurgeResult result = await api.Client.PurgeAllInstancesAsync(filter, options: null, http.RequestAborted);
        if (result.PurgedInstanceCount == 0)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        await DurableManagementApi.RespondAsync(http, StatusCodes.Status200OK, new Purged(result.PurgedInstanceCount));
    }

    private static async Task<object?> ReadJsonAsync(HttpContext http)
    {
        using StreamReader reader = new(http.Request.Body);
        string text = await reader.ReadToEndAsync(http.RequestAborted);
        return string.IsNullOrWhiteSpace(text) ? null : JsonSerializer.Deserialize<JsonElement>(text);
    }

    /// <summary>Waits for the end when the caller asks for that with <c>timeout</c> (seconds); else answers with the instance's URLs.</summary>
    private async Task AnswerStartAsync(HttpContext http, string instanceId)
    {
        if (ManagementQuery.Seconds(http, "timeout") is not { } seconds)
        {
            await api.RespondCheckStatusAsync(http, instanceId);
            return;
        }

        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        limit.CancelAfter(TimeSpan.FromSeconds(Math.Min(seconds, 230)));
        try
        {
            OrchestrationMetadata instance = await api.Client.WaitForInstanceCompletionAsync(
                instanceId,
                getInputsAndOutputs: true,
                limit.Token
            );
            object? body =
                instance.RuntimeStatus == OrchestrationRuntimeStatus.Completed
                    ? ManagementJson.Parse(instance.SerializedOutput)
                    : InstanceStatus.From(instance, showInput: true, history: null);
            await DurableManagementApi.RespondAsync(http, StatusCodes.Status200OK, body);
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            await api.RespondCheckStatusAsync(http, instanceId);
        }
    }

    private async Task<OrchestrationMetadata?> FindAsync(HttpContext http)
    {
        OrchestrationMetadata? instance = await api.Client.GetInstanceAsync(
            DurableManagementApi.RouteValue(http, "instanceId"),
            http.RequestAborted
        );
        if (instance is null)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
        }

        return instance;
    }

    private async Task ForUnfinishedAsync(HttpContext http, Func<string, string?, Task> operation)
    {
        if (await FindAsync(http) is not { } instance)
        {
            return;
        }

        if (instance.IsCompleted)
        {
            http.Response.StatusCode = StatusCodes.Status410Gone;
            return;
        }

        try
        {
            await operation(instance.InstanceId, ManagementQuery.Text(http, "reason"));
            http.Response.StatusCode = StatusCodes.Status202Accepted;
        }
        catch (BadHttpRequestException e)
        {
            await DurableManagementApi.RespondErrorAsync(http, e.StatusCode, e.Message);
        }
    }

    private sealed record Purged([property: System.Text.Json.Serialization.JsonPropertyName("instancesDeleted")] int InstancesDeleted);
}
