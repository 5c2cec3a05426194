using System.Text.Json.Nodes;
using Azure;
using Azure.Compute.Batch;
using DurableMl.BatchJobs.Client;
using DurableMl.Orchestrations.Failures;
using DurableMl.Workflows.Execution;
using Microsoft.Extensions.Options;

namespace DurableMl.Orchestrations.Workflows.Targets;

/// <summary>
/// <c>batch:submitJob</c>: one command as a job of Azure Batch, with the arguments of AWS Batch: <c>JobName</c>, <c>JobDefinition</c>, <c>JobQueue</c>,
/// <c>ContainerOverrides</c> (<c>Command</c>, <c>Environment</c>), <c>Timeout</c>. What a definition runs, and which pool a queue is, is in the settings.
/// </summary>
internal sealed class BatchTasks(BatchClient batch, BatchSettings settings, IOptions<WorkflowOptions> options) : IRemoteJobs
{
    private const string Task = "task";
    private const string Node = "node";

    public async Task<string> StartAsync(RemoteJob job, CancellationToken cancellationToken)
    {
        var arguments = job.Arguments as JsonObject ?? throw new PermanentFailureException("$ must be an object with a JobDefinition.");
        var definition = Required(arguments, "JobDefinition", options.Value.JobDefinitions, "Workflows__JobDefinitions__0").Split(' ', 2, StringSplitOptions.TrimEntries);
        var pool = arguments.ContainsKey("JobQueue") ? Required(arguments, "JobQueue", options.Value.JobQueues, "Workflows__JobQueues__0") : settings.PoolId;
        var overrides = arguments["ContainerOverrides"] as JsonObject ?? [];
        var command = overrides["Command"] is JsonArray words ? string.Join(' ', words.Select(word => Quote(word?.ToString() ?? "")))
            : definition is [_, { Length: > 0 } standard] ? standard
            : throw new PermanentFailureException("$.ContainerOverrides.Command is required: the job definition has no command of its own.");
        var task = new BatchTaskCreateOptions(Task, command)
        {
            DisplayName = (string?)arguments["JobName"],
            ContainerSettings = definition[0] == Node ? null : new BatchTaskContainerSettings(definition[0]) { WorkingDirectory = ContainerWorkingDirectory.TaskWorkingDirectory },
            Constraints = new BatchTaskConstraints
            {
                MaxTaskRetryCount = Math.Clamp((int?)arguments["RetryStrategy"]?["Attempts"] ?? 1, 1, 10) - 1,
                MaxWallClockTime = (double?)arguments["Timeout"]?["AttemptDurationSeconds"] is { } seconds ? TimeSpan.FromSeconds(Math.Clamp(seconds, 1, 1e7)) : null,
            },
        };
        foreach (var (name, value) in Variables(overrides["Environment"]))
        {
            task.EnvironmentSettings.Add(new EnvironmentSetting(name) { Value = value });
        }

        // The display name is the orchestration's id: the app's timer ends Batch jobs whose orchestration is over.
        await OnceAsync(() => batch.CreateJobAsync(new BatchJobCreateOptions(job.Id, new BatchPoolInfo { PoolId = pool }) { DisplayName = job.Id }, cancellationToken: cancellationToken), BatchErrorCode.JobExists);
        await OnceAsync(() => batch.CreateTaskAsync(job.Id, task, cancellationToken: cancellationToken), BatchErrorCode.TaskExists);
        return job.Id;
    }

    public async Task<TaskAnswer?> ObserveAsync(RemoteJob job, CancellationToken cancellationToken)
    {
        BatchTask task;
        try
        {
            task = await batch.GetTaskAsync(job.Handle!, Task, cancellationToken: cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return new TaskAnswer(IsFailure: true, null, ErrorNames.TaskFailed, "The job is gone from Batch.");
        }

        if (task.State != BatchTaskState.Completed)
        {
            return null;
        }

        var arguments = job.Arguments as JsonObject ?? [];
        var ended = task.ExecutionInfo;
        var hasSucceeded = ended is { ExitCode: 0, FailureInfo: null };
        var detail = new JsonObject
        {
            ["JobId"] = job.Handle,
            ["JobName"] = arguments["JobName"]?.DeepClone(),
            ["JobDefinition"] = arguments["JobDefinition"]?.DeepClone(),
            ["JobQueue"] = arguments["JobQueue"]?.DeepClone(),
            ["Status"] = hasSucceeded ? "SUCCEEDED" : "FAILED",
            ["CreatedAt"] = task.CreationTime?.ToUnixTimeMilliseconds(),
            ["StartedAt"] = ended?.StartTime?.ToUnixTimeMilliseconds(),
            ["StoppedAt"] = ended?.EndTime?.ToUnixTimeMilliseconds(),
            ["Container"] = new JsonObject { ["Command"] = arguments["ContainerOverrides"]?["Command"]?.DeepClone(), ["ExitCode"] = ended?.ExitCode },
        };
        if (hasSucceeded)
        {
            return new TaskAnswer(IsFailure: false, detail);
        }

        detail["StatusReason"] = ended?.FailureInfo is { } failure ? $"{failure.Code}: {failure.Message}" : "The command failed.";
        return new TaskAnswer(IsFailure: true, null, ErrorNames.TaskFailed, detail.ToJsonString());
    }

    public async Task EndAsync(RemoteJob job, CancellationToken cancellationToken)
    {
        try
        {
            await batch.DeleteJobAsync(job.Handle!, context: new RequestContext { CancellationToken = cancellationToken });
        }
        catch (RequestFailedException e) when (e.Status == 404 || Is(e, BatchErrorCode.JobBeingDeleted))
        {
            // Gone already.
        }
    }

    /// <summary>Names and values, as both AWS and Container Apps write them, in either's case.</summary>
    internal static IEnumerable<(string Name, string Value)> Variables(JsonNode? environment) =>
        (environment as JsonArray ?? []).OfType<JsonObject>().Select(each => ((string?)(each["Name"] ?? each["name"]) ?? "", (each["Value"] ?? each["value"])?.ToString() ?? ""));

    private static string Required(JsonObject arguments, string field, IEnumerable<string> rows, string setting)
    {
        var name = (string?)arguments[field] ?? throw new PermanentFailureException($"$.{field} is required.");
        return WorkflowOptions.Meaning(rows, name) ?? throw new PermanentFailureException($"$.{field}: the setting {setting} gives '{name}' no meaning.");
    }

    // Batch splits a command line at blanks, as a program start does; there is no shell.
    private static string Quote(string argument) => argument.Length > 0 && !argument.Any(c => char.IsWhiteSpace(c) || c is '"' or '\'' or '\\')
        ? argument
        : $"\"{argument.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static async Task OnceAsync(Func<Task> create, BatchErrorCode exists)
    {
        try
        {
            await create();
        }
        catch (RequestFailedException e) when (Is(e, exists))
        {
            // An earlier call made it, and its answer was lost.
        }
    }

    private static bool Is(RequestFailedException exception, BatchErrorCode code) => string.Equals(exception.ErrorCode, code.ToString(), StringComparison.OrdinalIgnoreCase);
}
