using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Catalog;
using DurableMl.BatchJobs.Submission;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Training;
using DurableMl.Workflows.Execution;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.Options;

namespace DurableMl.Orchestrations.Workflows.Targets;

/// <summary>Training that a workflow's task starts.</summary>
/// <param name="RunId">The id that it gets: of its orchestration, its Batch job and the folder of its blobs.</param>
/// <param name="IsJob">Whether it is one job, as <c>job:run.sync</c> has it, or a sweep.</param>
/// <param name="Arguments">What the task gives.</param>
public sealed record TrainingRequest(string RunId, bool IsJob, JsonNode? Arguments);

/// <summary>What <see cref="TrainingTaskOrchestrator"/> works on.</summary>
/// <param name="Sweep">What to train: for a job, a sweep of one trial whose parameters are fixed.</param>
/// <param name="IsJob">Whether it is one job.</param>
/// <param name="Name">The name that the task gives it, in the words of SageMaker; null for none.</param>
public sealed record TrainingTaskInput(SweepInput Sweep, bool IsJob, string? Name);

/// <summary>What a job left, or the best of a sweep: what <c>model:evaluate</c> and <c>model:publish</c> take.</summary>
/// <param name="RunId">The run whose folder in the container <c>runs</c> holds it.</param>
/// <param name="Trial">Its trial.</param>
/// <param name="Dataset">The dataset's name; empty for a job without one.</param>
/// <param name="DatasetVersion">The dataset's version.</param>
/// <param name="CodeSha256">The version of the code that it ran.</param>
/// <param name="Metric">The objective's metric; empty for a job without one.</param>
/// <param name="Objective">The objective; null for a job without one.</param>
public sealed record TrainedModel(
    string RunId, string Trial, string Dataset, string DatasetVersion, string CodeSha256, string Metric, double? Objective);

/// <summary>Activity: checks what <c>job:run.sync</c> or <c>sweep:run.sync</c> is to train.</summary>
/// <param name="blobs">The data account.</param>
/// <param name="jobs">The jobs there are.</param>
/// <param name="options">The settings.</param>
public sealed class PrepareTrainingTask(BlobServiceClient blobs, JobLibrary jobs, IOptions<WorkflowOptions> options)
{
    // What a job may have of what a sweep has; a sweep's other members make no sense for one trial.
    private static readonly string[] Shared = ["job", "budget", "seed", "objective", "retries", "timeLimit", "checkpointSteps", "nodes"];

    /// <summary>Returns what the training works on.</summary>
    /// <exception cref="PermanentFailureException">It cannot be trained; the message lists why.</exception>
    [Function(nameof(PrepareTrainingTask))]
    public async Task<TrainingTaskInput> RunAsync([ActivityTrigger] TrainingRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var arguments = request.Arguments?.DeepClone() as JsonObject ?? throw new PermanentFailureException("$ must be an object.");
        var name = (string?)arguments["TrainingJobName"];
        if (request.IsJob && arguments["AlgorithmSpecification"] is JsonObject)
        {
            arguments = await FromSageMakerAsync(arguments, cancellationToken);
        }

        var (dataset, version) = Dataset(arguments["dataset"], isNeeded: !request.IsJob);
        var isAimless = request.IsJob && !arguments.ContainsKey("objective");
        var definition = request.IsJob ? SweepOf(arguments, isAimless) : arguments["sweep"] ?? throw new PermanentFailureException("$.sweep is required.");
        var (sweep, errors) = PipelineReader.ReadSweep(JsonSerializer.SerializeToElement(definition), request.IsJob ? "$" : "$.sweep");
        if (isAimless)
        {
            sweep = sweep with { Objective = sweep.Objective with { Metric = "" } };
        }

        errors = errors.Count > 0 ? errors : await PipelineCheck.CheckAsync(sweep, request.IsJob ? "$" : "$.sweep", jobs, cancellationToken);
        if (errors.Count > 0)
        {
            throw new PermanentFailureException(string.Join("; ", errors.Select(error => $"{error.Path} {error.Reason}")));
        }

        var manifest = blobs.GetBlobContainerClient(DataContainers.Datasets).GetBlobClient($"{dataset}/{version}/{DatasetManifest.File}");
        if (dataset.Length > 0 && !await manifest.ExistsAsync(cancellationToken))
        {
            throw new PermanentFailureException($"$.dataset: there is no version {version} of the dataset {dataset}; dataset:prepare.sync makes one.");
        }

        await blobs.GetBlobContainerClient(DataContainers.Runs).CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        return new TrainingTaskInput(new SweepInput(request.RunId, dataset, version, sweep), request.IsJob, name);
    }

    private static (string Name, string Version) Dataset(JsonNode? given, bool isNeeded)
    {
        if (given is null && !isNeeded)
        {
            return ("", "");
        }

        return given is JsonObject dataset && Text(dataset, "name") is { Length: > 0 } name && Text(dataset, "version") is { Length: > 0 } version
            ? (name, version)
            : throw new PermanentFailureException("$.dataset must have the name and the version of a dataset, such as dataset:prepare.sync gives.");
    }

    private static JsonObject SweepOf(JsonObject arguments, bool isAimless)
    {
        var unknown = arguments.Select(pair => pair.Key).Where(key => key is not ("dataset" or "parameters") && !Shared.Contains(key)).ToList();
        if (unknown.Count > 0)
        {
            throw new PermanentFailureException($"$.{unknown[0]} is not known; a job has dataset, parameters, {string.Join(", ", Shared)}.");
        }

        var sweep = new JsonObject { ["trials"] = 1, ["budget"] = 1, ["maxFailedTrials"] = 0 };
        foreach (var (key, value) in arguments.Where(pair => Shared.Contains(pair.Key)))
        {
            sweep[key] = value?.DeepClone();
        }

        if (isAimless)
        {
            // A sweep has to have one; it is taken out again.
            sweep["objective"] = new JsonObject { ["metric"] = "loss" };
        }

        var parameters = new JsonObject();
        foreach (var (key, value) in arguments["parameters"] as JsonObject ?? [])
        {
            parameters[key] = new JsonObject { ["type"] = "fixed", ["value"] = value?.DeepClone() };
        }

        sweep["parameters"] = parameters;
        return sweep;
    }

    // What createTrainingJob takes: the image stands for a job by the settings, and hyperparameters are texts.
    private async Task<JsonObject> FromSageMakerAsync(JsonObject given, CancellationToken cancellationToken)
    {
        var image = (string?)given["AlgorithmSpecification"]!["TrainingImage"] ?? (string?)given["AlgorithmSpecification"]!["AlgorithmName"] ?? "";
        var words = WorkflowOptions.Meaning(options.Value.TrainingImages, image)?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is not [{ } name, .. var values])
        {
            throw new PermanentFailureException($"$.AlgorithmSpecification: the setting Workflows__TrainingImages__0 gives '{image}' no meaning; it has the form IMAGE => JOB [NAME=VALUE]….");
        }

        var arguments = new JsonObject { ["job"] = name };
        foreach (var value in values.Select(value => value.Split('=', 2)))
        {
            switch (value)
            {
                case ["dataset", var dataset] when dataset.Split('/', 2) is [var folder, var version]:
                    arguments["dataset"] = new JsonObject { ["name"] = folder, ["version"] = version };
                    break;
                case ["metric", var metric]:
                    arguments["objective"] = new JsonObject { ["metric"] = metric };
                    break;
                case [var argument, var text]:
                    arguments[argument] = Typed(text);
                    break;
                default:
                    throw new PermanentFailureException($"The setting Workflows__TrainingImages__0 has '{value[0]}' behind the job '{name}', which is not NAME=VALUE.");
            }
        }

        if ((double?)given["StoppingCondition"]?["MaxRuntimeInSeconds"] is { } seconds)
        {
            arguments["timeLimit"] = System.Xml.XmlConvert.ToString(TimeSpan.FromSeconds(Math.Clamp(seconds, 1, TimeSpan.FromDays(7).TotalSeconds)));
        }

        var texts = await TextsAsync(name, cancellationToken);
        var parameters = new JsonObject();
        foreach (var (key, value) in given["HyperParameters"] as JsonObject ?? [])
        {
            parameters[key] = value is JsonValue text && text.TryGetValue(out string? written) && !texts.Contains(key) ? Typed(written) : value?.DeepClone();
        }

        arguments["parameters"] = parameters;
        return arguments;
    }

    /// <summary>The parameters of a job that are texts, whatever they look like; none of a job that is not there, which is said later.</summary>
    private async Task<HashSet<string>> TextsAsync(string job, CancellationToken cancellationToken)
    {
        try
        {
            JobDefinition definition = (await jobs.GetAsync(job, cancellationToken)).Definition;
            return [.. definition.Parameters.Where(parameter => parameter.Value.Type == JobParameterType.String).Select(parameter => parameter.Key)];
        }
        catch (InvalidJobException)
        {
            return [];
        }
    }

    // A number or a truth value that stands there as text.
    private static JsonNode? Typed(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonValue value ? value : text;
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private static string? Text(JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}

/// <summary>Orchestrator: the training of a workflow's task. Its instance id is that of a run, so that training which nobody waits for is found.</summary>
public static class TrainingTaskOrchestrator
{
    /// <summary>Trains; what goes wrong is in the answer.</summary>
    [Function(nameof(TrainingTaskOrchestrator))]
    public static async Task<TaskAnswer> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        TrainingTaskInput input = context.GetInput<TrainingTaskInput>()!;
        var cancellation = new Cancellation(context);
        SweepResult result;
        try
        {
            result = await cancellation.AwaitAsync(
                RunIds.Sweep(context.InstanceId), options => context.CallSubOrchestratorAsync<SweepResult>(nameof(SweepOrchestrator), input.Sweep, options));
        }
        catch (TaskFailedException e)
        {
            return new TaskAnswer(IsFailure: true, null, ErrorNames.TaskFailed, RootCause.Of(e));
        }

        TrialStatus? done = input.IsJob ? result.Trials.FirstOrDefault(trial => trial.State == TrialState.Completed) : null;
        string? trial = done?.Id ?? result.Best?.Trial;
        if (result.Stopped is not null || trial is null)
        {
            string cause = (result.Cancelled ? $"cancelled: {result.Stopped}" : result.Stopped) ?? result.Failure ?? result.Finished ?? "no trial has completed with an objective";
            return new TaskAnswer(IsFailure: true, null, ErrorNames.TaskFailed, cause);
        }

        var trained = new TrainedModel(
            context.InstanceId, trial, input.Sweep.Dataset, input.Sweep.DatasetVersion, result.CodeSha256, input.Sweep.Sweep.Objective.Metric, input.IsJob ? done?.Objective : result.Best?.Objective);
        return new TaskAnswer(IsFailure: false, input.IsJob ? OfJob(trained, input.Name) : OfSweep(trained, result));
    }

    private static JsonObject OfJob(TrainedModel trained, string? name)
    {
        JsonObject output = JsonSerializer.SerializeToNode(trained, JsonBlobs.Options)!.AsObject();
        if (name is not null)
        {
            output["TrainingJobName"] = name;
            output["TrainingJobStatus"] = "Completed";
        }

        return output;
    }

    private static JsonObject OfSweep(TrainedModel best, SweepResult result) => new()
    {
        ["runId"] = best.RunId,
        ["best"] = JsonSerializer.SerializeToNode(best, JsonBlobs.Options),
        ["completed"] = result.Completed,
        ["failed"] = result.Failed,
        ["finished"] = result.Finished,
    };
}
