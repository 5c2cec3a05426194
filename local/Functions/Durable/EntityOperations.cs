using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.DurableTask.Entities;

namespace DurableMl.Local.Functions.Durable;

/// <summary>State of entities, and signals to them.</summary>
internal sealed class EntityOperations(DurableManagementApi api)
{
    /// <summary>In a URL it stands for the empty key.</summary>
    private const string EmptyKey = "$";

    public async Task GetAsync(HttpContext http)
    {
        EntityMetadata? entity = await api.Client.Entities.GetEntityAsync(Id(http), includeState: true, http.RequestAborted);
        if (entity is null || !entity.IncludesState)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        await DurableManagementApi.RespondAsync(http, StatusCodes.Status200OK, ManagementJson.Parse(entity.State.Value));
    }

    public async Task ListAsync(HttpContext http)
    {
        string name = DurableManagementApi.RouteValue(http, "entityName");
        EntityQuery query = new()
        {
            InstanceIdStartsWith = name.Length == 0 ? null : $"@{name.ToLowerInvariant()}@",
            LastModifiedFrom = ManagementQuery.Time(http, "lastOperationTimeFrom"),
            LastModifiedTo = ManagementQuery.Time(http, "lastOperationTimeTo"),
            IncludeState = ManagementQuery.Flag(http, "fetchState", fallback: false),
            PageSize = Math.Min(ManagementQuery.Number(http, "top") ?? EntityQuery.DefaultPageSize, 1000),
            ContinuationToken = ManagementQuery.ContinuationToken(http),
        };
        List<EntityStatus> entities = [];
        string? continuation = null;
        await foreach (
            Page<EntityMetadata> page in api
                .Client.Entities.GetAllEntitiesAsync(query)
                .AsPages(query.ContinuationToken, query.PageSize)
                .WithCancellation(http.RequestAborted)
        )
        {
            entities.AddRange(page.Values.Select(EntityStatus.From));
            continuation = page.ContinuationToken;
            break;
        }

        http.Response.Headers[ManagementQuery.ContinuationHeader] = continuation;
        await DurableManagementApi.RespondAsync(http, StatusCodes.Status200OK, entities);
    }

    public async Task SignalAsync(HttpContext http)
    {
        string operation = HttpMethods.IsDelete(http.Request.Method) ? "delete" : ManagementQuery.Text(http, "op") ?? "";
        using StreamReader reader = new(http.Request.Body);
        string body = await reader.ReadToEndAsync(http.RequestAborted);
        object? input =
            body.Length == 0 ? null
            : ManagementQuery.HasJson(http.Request) ? JsonSerializer.Deserialize<JsonElement>(body)
            : body;
        await api.Client.Entities.SignalEntityAsync(Id(http), operation, input, options: null, http.RequestAborted);
        http.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private static EntityInstanceId Id(HttpContext http)
    {
        string key = DurableManagementApi.RouteValue(http, "entityKey");
        return new EntityInstanceId(DurableManagementApi.RouteValue(http, "entityName"), key == EmptyKey ? "" : key);
    }

    private sealed record EntityStatus(
        [property: JsonPropertyName("entityId")] EntityStatus.Identity EntityId,
        [property: JsonPropertyName("lastOperationTime")] DateTime LastOperationTime,
        [property: JsonPropertyName("state")] JsonNode? State
    )
    {
        public static EntityStatus From(EntityMetadata entity) =>
            new(
                new Identity(entity.Id.Name, entity.Id.Key),
                entity.LastModifiedTime.UtcDateTime,
                entity.IncludesState ? ManagementJson.Parse(entity.State.Value) : null
            );

        public sealed record Identity([property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("key")] string Key);
    }
}
