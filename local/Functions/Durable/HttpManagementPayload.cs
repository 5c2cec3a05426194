using System.Text.Json.Serialization;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>The URLs to follow and control an orchestration by.</summary>
public class HttpManagementPayload
{
    /// <summary>An empty payload.</summary>
    public HttpManagementPayload()
    {
    }

    internal HttpManagementPayload(string instanceId, string instanceUrl, string? query)
    {
        Id = instanceId;
        StatusQueryGetUri = Url(instanceUrl, query);
        PurgeHistoryDeleteUri = Url(instanceUrl, query);
        SendEventPostUri = Url($"{instanceUrl}/raiseEvent/{{eventName}}", query);
        TerminatePostUri = Url($"{instanceUrl}/terminate?reason={{{{text}}}}", query);
        RewindPostUri = Url($"{instanceUrl}/rewind?reason={{{{text}}}}", query);
        RestartPostUri = Url($"{instanceUrl}/restart", query);
        SuspendPostUri = Url($"{instanceUrl}/suspend?reason={{{{text}}}}", query);
        ResumePostUri = Url($"{instanceUrl}/resume?reason={{{{text}}}}", query);
    }

    /// <summary>The instance's id.</summary>
    [JsonPropertyName("id")]
    public string? Id { get; }

    /// <summary>GET it for the status.</summary>
    [JsonPropertyName("statusQueryGetUri")]
    public string? StatusQueryGetUri { get; }

    /// <summary>POST an event's JSON to it, after putting the event's name in place of <c>{eventName}</c>.</summary>
    [JsonPropertyName("sendEventPostUri")]
    public string? SendEventPostUri { get; }

    /// <summary>POST to it to end the instance.</summary>
    [JsonPropertyName("terminatePostUri")]
    public string? TerminatePostUri { get; }

    /// <summary>POST to it to take a failed instance back to before its failure.</summary>
    [JsonPropertyName("rewindPostUri")]
    public string? RewindPostUri { get; }

    /// <summary>DELETE it to remove all trace of the instance.</summary>
    [JsonPropertyName("purgeHistoryDeleteUri")]
    public string? PurgeHistoryDeleteUri { get; }

    /// <summary>POST to it to start again with the same input.</summary>
    [JsonPropertyName("restartPostUri")]
    public string? RestartPostUri { get; }

    /// <summary>POST to it to halt the instance.</summary>
    [JsonPropertyName("suspendPostUri")]
    public string? SuspendPostUri { get; }

    /// <summary>POST to it to let a halted instance go on.</summary>
    [JsonPropertyName("resumePostUri")]
    public string? ResumePostUri { get; }

    internal static string Url(string url, string? query) =>
        string.IsNullOrEmpty(query) ? url : $"{url}{(url.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{query}";
}
