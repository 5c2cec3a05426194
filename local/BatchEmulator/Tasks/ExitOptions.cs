using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Processes;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Tasks;

/// <summary>What a task's exit conditions say about how it ended.</summary>
/// <param name="JobAction">none, disable or terminate.</param>
/// <param name="SatisfiesDependents">Whether tasks that depend on it may run.</param>
internal sealed record ExitOptions(string JobAction, bool SatisfiesDependents)
{
    /// <summary>The options for the task's recorded outcome: by exit code, then range, then kind of error, then default.</summary>
    public static ExitOptions Of(BatchTask task, CommandStage stage)
    {
        var succeeded = task.Execution.Result == "success";
        var options = task.Definition.Object("exitConditions") is { } conditions ? Find(conditions, task.Execution.ExitCode, stage, succeeded) : null;
        return new ExitOptions(
            options?.Text("jobAction") ?? (succeeded ? "none" : "terminate"),
            options?.Text("dependencyAction") is { } action ? action == "satisfy" : succeeded);
    }

    private static JsonObject? Find(JsonObject conditions, int? exitCode, CommandStage stage, bool succeeded)
    {
        // REST reference, ExitConditions.fileUploadError: the action of an exit code that is listed takes precedence over it.
        var byCode = conditions.Objects("exitCodes").FirstOrDefault(c => c.Integer("code") == exitCode)?.Object("exitOptions")
            ?? conditions.Objects("exitCodeRanges").FirstOrDefault(r => exitCode >= r.Integer("start") && exitCode <= r.Integer("end"))?.Object("exitOptions");
        var found = stage switch
        {
            CommandStage.PreProcessing => conditions.Object("preProcessingError"),
            CommandStage.FileUpload => byCode ?? conditions.Object("fileUploadError"),
            _ => byCode,
        };

        // The default is for failures only.
        return found ?? (succeeded ? null : conditions.Object("default"));
    }
}
