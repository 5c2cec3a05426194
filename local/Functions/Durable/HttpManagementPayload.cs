namespace Microsoft.Azure.Functions.Worker;

/// <summary>
/// The URLs to follow and control an orchestration by. In JSON the names are as the serializer makes them, as with the official class:
/// as they stand by the worker's own, in camel case by ASP.NET Core's.
/// </summary>
public class HttpManagementPayload
{
    /// <summary>An empty payload.</summary>
    public HttpManagementPayload() { }

    internal HttpManagementPayload(string instanceId, string instanceUrl, string? query)
    {
        Id = instanceId;
        StatusQueryGetUri = Url(instanceUrl, query);
        PurgeHistoryDeleteUri = Url(instanceUrl, query);
        SendEventPostUri = Url($"{instanceUrl}/raiseEvent/{{eventName}}", query);
        // Doubled braces: that is how the worker extension sends them.
        TerminatePostUri = Url($"{instanceUrl}/terminate?reason={{{{text}}}}", query);
        SuspendPostUri = Url($"{instanceUrl}/suspend?reason={{{{text}}}}", query);
        ResumePostUri = Url($"{instanceUrl}/resume?reason={{{{text}}}}", query);
    }

    /// <summary>The instance's id.</summary>
    public string? Id { get; }

    /// <summary>GET it for the status.</summary>
    public string? StatusQueryGetUri { get; }

    /// <summary>POST an event's JSON to it, after putting the event's name in place of <c>{eventName}</c>.</summary>
    public string? SendEventPostUri { get; }

    /// <summary>POST to it to end the instance.</summary>
    public string? TerminatePostUri { get; }

    /// <summary>Null: the worker extension does not fill it in. The URL is <c>…/rewind</c>.</summary>
    public string? RewindPostUri { get; }

    /// <summary>DELETE it to remove all trace of the instance.</summary>
    public string? PurgeHistoryDeleteUri { get; }

    /// <summary>Null: the worker extension does not fill it in. The URL is <c>…/restart</c>.</summary>
    public string? RestartPostUri { get; }

    /// <summary>POST to it to halt the instance.</summary>
    public string? SuspendPostUri { get; }

    /// <summary>POST to it to let a halted instance go on.</summary>
    public string? ResumePostUri { get; }

    internal static string Url(string url, string? query) =>
        string.IsNullOrEmpty(query) ? url : $"{url}{(url.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{query}";
}
