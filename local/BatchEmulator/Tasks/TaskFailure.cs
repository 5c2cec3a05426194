using System.Text.Json.Nodes;

namespace DurableMl.Local.BatchEmulator.Tasks;

/// <summary>Why a command failed: failureInfo.</summary>
/// <param name="Category">usererror or servererror.</param>
/// <param name="Code">The failure code.</param>
/// <param name="Message">For people.</param>
/// <param name="Details">Names and values.</param>
internal sealed record TaskFailure(string Category, string Code, string Message, IReadOnlyDictionary<string, string>? Details = null)
{
    public static TaskFailure User(string code, string message, params (string Name, string Value)[] details) =>
        new("usererror", code, message, details.Length == 0 ? null : details.ToDictionary(d => d.Name, d => d.Value));

    public static TaskFailure Server(string code, string message) => new("servererror", code, message);

    /// <summary>The command ran and said no.</summary>
    public static TaskFailure ExitCode(int exitCode) =>
        User("FailureExitCode", "The task exited with an exit code representing a failure",
            ("Message", $"The task exited with an exit code representing a failure: {exitCode}"));

    /// <summary>Somebody ended it.</summary>
    public static TaskFailure Ended(string message) => User("TaskEnded", message);

    /// <summary>As failureInfo on the wire.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject { ["category"] = Category, ["code"] = Code, ["message"] = Message };
        if (Details is { Count: > 0 })
        {
            json["details"] = new JsonArray([.. Details.Select(d => new JsonObject { ["name"] = d.Key, ["value"] = d.Value })]);
        }

        return json;
    }
}
