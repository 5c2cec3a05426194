using System.Text.Json.Serialization;

namespace DurableMl.Local.Functions.Durable;

/// <summary>An instance's URLs as the management API itself gives them, with the names its host extension uses.</summary>
internal sealed class CheckStatusPayload(string id, string instanceUrl, string? query)
{
    [JsonPropertyName("id")]
    public string Id => id;

    [JsonPropertyName("statusQueryGetUri")]
    public string StatusQueryGetUri { get; } = HttpManagementPayload.Url(instanceUrl, query);

    [JsonPropertyName("sendEventPostUri")]
    public string SendEventPostUri { get; } = HttpManagementPayload.Url($"{instanceUrl}/raiseEvent/{{eventName}}", query);

    [JsonPropertyName("terminatePostUri")]
    public string TerminatePostUri { get; } = HttpManagementPayload.Url($"{instanceUrl}/terminate?reason={{text}}", query);

    [JsonPropertyName("purgeHistoryDeleteUri")]
    public string PurgeHistoryDeleteUri { get; } = HttpManagementPayload.Url(instanceUrl, query);

    [JsonPropertyName("restartPostUri")]
    public string RestartPostUri { get; } = HttpManagementPayload.Url($"{instanceUrl}/restart", query);

    [JsonPropertyName("suspendPostUri")]
    public string SuspendPostUri { get; } = HttpManagementPayload.Url($"{instanceUrl}/suspend?reason={{text}}", query);

    [JsonPropertyName("resumePostUri")]
    public string ResumePostUri { get; } = HttpManagementPayload.Url($"{instanceUrl}/resume?reason={{text}}", query);
}
