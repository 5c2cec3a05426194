using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Files;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Tasks;

/// <summary>An instance of a multi-instance task other than the primary: it runs the coordination command.</summary>
internal sealed class Subtask
{
    public const string Preparing = "preparing";
    public const string Running = "running";
    public const string Completed = "completed";

    /// <summary>1 and up; the primary is 0.</summary>
    public required int Id { get; init; }

    public required TaskLocation Location { get; init; }

    public StateHistory State { get; set; } = new();

    public DateTimeOffset? StartTime { get; set; }

    public DateTimeOffset? EndTime { get; set; }

    public int? ExitCode { get; set; }

    public TaskFailure? Failure { get; set; }

    public string? Result { get; set; }

    /// <summary>Writes BatchSubtask.</summary>
    public JsonObject Write(string baseUrl, NodeDirectories directories)
    {
        var json = new JsonObject { ["id"] = Id, ["nodeInfo"] = TaskDocument.NodeInfo(Location, baseUrl, directories) };
        json.Put("startTime", StartTime);
        json.Put("endTime", EndTime);
        json.Put("exitCode", ExitCode);
        json.Put("failureInfo", Failure?.ToJson());
        json.Put("result", Result);
        State.Write(json);
        return json;
    }
}
