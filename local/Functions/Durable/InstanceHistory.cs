using System.Text.Json;
using System.Text.Json.Nodes;
using DurableTask.Core.History;

namespace DurableMl.Local.Functions.Durable;

/// <summary>
/// History as the management API gives it: what was scheduled is folded into what came of it, and inputs, ids and the bookkeeping of
/// turns are left out.
/// </summary>
internal static class InstanceHistory
{
    public static JsonArray ToJson(IEnumerable<HistoryEvent> history, bool showOutput)
    {
        List<(HistoryEvent Event, JsonObject Json)> events =
        [
            .. history.Select(e => (e, JsonSerializer.SerializeToNode(e, e.GetType())!.AsObject())),
        ];
        Dictionary<(EventType, int), JsonObject> scheduled = [];
        foreach ((HistoryEvent e, JsonObject json) in events.Where(e => IsScheduling(e.Event)))
        {
            scheduled[(e.EventType, e.EventId)] = json;
        }

        List<JsonObject> shown = [];
        HashSet<JsonObject> folded = [];
        foreach (
            (HistoryEvent e, JsonObject json) in events.Where(e =>
                e.Event.EventType is not (EventType.OrchestratorStarted or EventType.OrchestratorCompleted)
            )
        )
        {
            if (
                Scheduling(e.EventType) is { } kind
                && scheduled.TryGetValue((kind, (int?)json["TaskScheduledId"] ?? -1), out JsonObject? source)
            )
            {
                json["ScheduledTime"] = source["Timestamp"]?.DeepClone();
                json["FunctionName"] = source["Name"]?.DeepClone();
                folded.Add(source);
            }

            shown.Add(Trim(e, json, showOutput));
        }

        return [.. shown.Where(s => !folded.Contains(s))];
    }

    private static bool IsScheduling(HistoryEvent e) => e.EventType is EventType.TaskScheduled or EventType.SubOrchestrationInstanceCreated;

    private static EventType? Scheduling(EventType type) =>
        type switch
        {
            EventType.TaskCompleted or EventType.TaskFailed => EventType.TaskScheduled,
            EventType.SubOrchestrationInstanceCompleted or EventType.SubOrchestrationInstanceFailed =>
                EventType.SubOrchestrationInstanceCreated,
            _ => null,
        };

    private static JsonObject Trim(HistoryEvent e, JsonObject json, bool showOutput)
    {
        json["EventType"] = e.EventType.ToString();
        if (e.EventType == EventType.ExecutionStarted)
        {
            json["FunctionName"] = json["Name"]?.DeepClone();
            json.Remove("Name");
        }

        foreach (
            string name in (ReadOnlySpan<string>)
                [
                    "EventId",
                    "IsPlayed",
                    "Input",
                    "Version",
                    "Tags",
                    "OrchestrationInstance",
                    "ParentInstance",
                    "TaskScheduledId",
                    "TimerId",
                    "ExtensionData",
                    "ParentTraceContext",
                ]
        )
        {
            json.Remove(name);
        }

        if (e.EventType == EventType.ExecutionCompleted && e.GetType().GetProperty("OrchestrationStatus")?.GetValue(e) is { } status)
        {
            json["OrchestrationStatus"] = status.ToString();
        }

        if (!showOutput)
        {
            json.Remove("Result");
        }
        else if (json.ContainsKey("Result"))
        {
            json["Result"] = ManagementJson.Parse((string?)json["Result"]);
        }

        return json;
    }
}
