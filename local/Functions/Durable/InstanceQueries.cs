using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMl.Local.Functions.Durable;

/// <summary>Status of one instance, and of many.</summary>
internal sealed class InstanceQueries(DurableManagementApi api)
{
    private const int MaxPageSize = 1000;

    public Task GetAsync(HttpContext http) => RespondStatusAsync(http, DurableManagementApi.RouteValue(http, "instanceId"));

    public async Task ListAsync(HttpContext http)
    {
        bool showInput = ManagementQuery.Flag(http, "showInput", fallback: false);
        OrchestrationQuery query = new(
            CreatedFrom: ManagementQuery.Time(http, "createdTimeFrom"),
            CreatedTo: ManagementQuery.Time(http, "createdTimeTo"),
            Statuses: ManagementQuery.Statuses(http),
            InstanceIdPrefix: ManagementQuery.Text(http, "instanceIdPrefix"),
            PageSize: Math.Min(ManagementQuery.Number(http, "top") ?? OrchestrationQuery.DefaultPageSize, MaxPageSize),
            FetchInputsAndOutputs: true,
            ContinuationToken: ManagementQuery.ContinuationToken(http)
        );
        List<InstanceStatus> instances = [];
        string? continuation = null;
        await foreach (
            Page<OrchestrationMetadata> page in api
                .Client.GetAllInstancesAsync(query)
                .AsPages(query.ContinuationToken, query.PageSize)
                .WithCancellation(http.RequestAborted)
        )
        {
            instances.AddRange(page.Values.Select(m => InstanceStatus.From(m, showInput, history: null)));
            continuation = page.ContinuationToken;
            break;
        }

        http.Response.Headers[ManagementQuery.ContinuationHeader] = continuation;
        await DurableManagementApi.RespondAsync(http, StatusCodes.Status200OK, instances);
    }

    private async Task RespondStatusAsync(HttpContext http, string instanceId)
    {
        OrchestrationMetadata? instance = await api.Client.GetInstanceAsync(instanceId, getInputsAndOutputs: true, http.RequestAborted);
        if (instance is null)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        int status = StatusCodes.Status200OK;
        if (!instance.IsCompleted)
        {
            status = StatusCodes.Status202Accepted;
            http.Response.Headers.Location = http.Request.GetEncodedUrl();
            // Without it some clients would ask again at once.
            http.Response.Headers.RetryAfter = "5";
        }
        else if (
            instance.RuntimeStatus == OrchestrationRuntimeStatus.Failed
            && ManagementQuery.Flag(http, "returnInternalServerErrorOnFailure", fallback: false)
        )
        {
            status = StatusCodes.Status500InternalServerError;
        }

        var history = ManagementQuery.Flag(http, "showHistory", fallback: false)
            ? InstanceHistory.ToJson(
                await api.Client.GetOrchestrationHistoryAsync(instanceId, http.RequestAborted),
                ManagementQuery.Flag(http, "showHistoryOutput", fallback: false)
            )
            : null;
        await DurableManagementApi.RespondAsync(
            http,
            status,
            InstanceStatus.From(instance, ManagementQuery.Flag(http, "showInput", fallback: true), history)
        );
    }
}
