using System.Text.Json.Nodes;
using DurableMl.BatchJobs.Submission;
using DurableMl.Functions.Ingestion;
using DurableMl.Functions.Pipelines;
using DurableMl.Functions.Schedules;
using DurableMl.Functions.Training;
using DurableMl.Functions.Workflows;
using DurableMl.Inference.Endpoints;
using DurableMl.Inference.Serving;
using DurableMl.Orchestrations.Approval;
using DurableMl.Orchestrations.Deletion;
using DurableMl.Orchestrations.Importing;
using DurableMl.Orchestrations.Schedules;
using DurableMl.Orchestrations.Scoring;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Sweeps.Reports;
using DurableMl.Orchestrations.Workflows;
using DurableMl.Registry;

namespace DurableMl.Functions.Inference;

/// <summary>What <see cref="OpenApi"/> tells of a function.</summary>
/// <param name="Tag">What it belongs to.</param>
/// <param name="Summary">What it does.</param>
/// <param name="Answered">What a good answer is.</param>
/// <param name="Answer">Its type; null for an object that the summary describes.</param>
/// <param name="Errors">The statuses of bad ones.</param>
internal sealed record ApiOperation(string Tag, string Summary, string Answered, Type? Answer, params IReadOnlyList<int> Errors)
{
    /// <summary>The type of the request's body; null for none.</summary>
    public Type? Body { get; init; }

    /// <summary>The status of a good answer.</summary>
    public int Success { get; init; } = 200;

    /// <summary>The content type of a good answer.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>Whether tensors may be binary.</summary>
    public bool IsBinary { get; init; }

    /// <summary>Parameters in the query or headers.</summary>
    public IReadOnlyList<(string Name, string In, string Description)> Parameters { get; init; } = [];
}

/// <summary>What each HTTP function takes and answers.</summary>
internal static class ApiOperations
{
    private const string Protocol = "Open Inference Protocol";
    private const string Models = "Models";
    private const string Pipelines = "Pipelines";
    private const string Imports = "Imports and scoring";
    private const string Workflows = "Workflows";

    private static readonly (string, string, string) IfMatch = ("If-Match", "header", "The ETag of what is replaced");
    private static readonly (string, string, string) IfNoneMatch = ("If-None-Match", "header", "* where there is nothing yet");
    private static readonly (string, string, string) HeaderLength = ("Inference-Header-Content-Length", "header", "Bytes of JSON before binary tensors; 0 for a raw tensor of a model with one input");
    private static readonly (string, string, string) Raw = ("raw", "query", "true: the inputs are the network's own, even if a column of the model's table has that name");
    private static readonly (string, string, string) Version = ("version", "query", "A version's number or an alias; the newest version if it is left out");
    private static readonly (string, string, string) Reason = ("reason", "query", "Why, for people");

    private static readonly ApiOperation Infer = new(Protocol, "Runs a model as its traffic rules say", "The outputs", typeof(InferResponseDocument), 400, 404, 413, 415, 422, 429, 503, 504)
    {
        Body = typeof(InferRequestDocument), IsBinary = true, Parameters = [HeaderLength, Raw],
    };

    /// <summary>By the function's name, with <c>.method</c> behind it where it has several.</summary>
    public static IReadOnlyDictionary<string, ApiOperation> All { get; } = new Dictionary<string, ApiOperation>
    {
        ["ServerLive"] = new(Protocol, "Whether the server runs", "It does", null),
        ["ServerReady"] = new(Protocol, "Whether the server can answer: the models to preload are in memory", "It can", null, 503),
        ["ServerMetadata"] = new(Protocol, "What the server is, and its extensions", "Name, version and extensions", null),
        ["ModelMetadata"] = new(Protocol, "A model's inputs, outputs and versions", "The model", typeof(ModelMetadata), 400, 404, 503),
        ["ModelVersionMetadata"] = new(Protocol, "One version's inputs and outputs", "The model", typeof(ModelMetadata), 400, 404, 503),
        ["ModelReady"] = new(Protocol, "Whether a model can answer; loads it", "It can", null, 400, 404, 503),
        ["ModelVersionReady"] = new(Protocol, "Whether a version can answer; loads it", "It can", null, 400, 404, 503),
        ["ModelConfig"] = new(Protocol, "A model as Triton's configuration describes it", "The configuration", null, 400, 404, 503),
        ["ModelVersionConfig"] = new(Protocol, "A version as Triton's configuration describes it", "The configuration", null, 400, 404, 503),
        ["ModelStatistics"] = new(Protocol, "What a model's versions have done since this instance loaded them, as Triton counts it", "Counts and times of each version", null, 400, 404, 503),
        ["ModelVersionStatistics"] = new(Protocol, "What a version has done since this instance loaded it, as Triton counts it", "Counts and times", null, 400, 404, 503),
        ["RepositoryIndex"] = new(Protocol, "Every version of every model, as Triton lists them", "Name, version and state of each", null),
        ["ModelInfer"] = Infer,
        ["ModelVersionInfer"] = Infer with { Summary = "Runs one version of a model" },
        ["ListModels"] = new(Models, "All models", "Their names", null),
        ["GetModel"] = new(Models, "A model's versions and aliases, and what keeps a change from being served", "The model; its ETag is that of all aliases", null, 400, 404),
        ["GetModelVersion"] = new(Models, "A version's manifest", "The manifest", typeof(ModelManifest), 400, 404),
        ["DeleteModel"] = new(Models, "Deletes a model with all its versions, unless an alias or a traffic rule leads to one", "What was removed; nothing where it was gone already", typeof(DeletedModel), 400, 404, 409),
        ["DeleteModelVersion"] = new(Models, "Deletes a version, unless an alias or a traffic rule leads to it; its number is not given again", "What was removed; nothing where it was gone already", typeof(DeletedModel), 400, 404, 409),
        ["SetServing"] = new(Models, "Changes how a version is served: a JSON merge patch, in which null is the default", "The options that hold now", typeof(ServingOptions), 400, 404) { Body = typeof(ServingOptions) },
        ["GetDrift"] = new(Models, "How far requests are from the examples that a version was evaluated on, as this instance has seen them", "Figures of each feature, and the shift of the means in standard deviations", typeof(DriftDocument), 400, 404, 409),
        ["SetModelAlias.put"] = new(Models, "Lets an alias name a version", "All aliases", null, 400, 404, 412) { Body = typeof(AliasDocument), Parameters = [IfMatch] },
        ["SetModelAlias.delete"] = new(Models, "Removes an alias", "All aliases", null, 400, 404, 412) { Parameters = [IfMatch] },
        ["GetTraffic"] = new(Models, "A model's traffic rules", "The rules, and their ETag", typeof(TrafficRules), 400),
        ["PutTraffic"] = new(Models, "Replaces a model's traffic rules", "The rules, and their new ETag", typeof(TrafficRules), 400, 412, 428) { Body = typeof(TrafficRules), Parameters = [IfMatch, IfNoneMatch] },
        ["GetExperiments"] = new(Models, "What each route and version has done", "Counts of each arm", null, 400),
        ["PostFeedback"] = new(Models, "The true classes of a request's examples; 202 where they are written down for the instance that answered it", "What was counted", null, 400, 404, 413, 429) { Body = typeof(Feedback) },
        ["Metrics"] = new(Models, "Metrics for Prometheus", "Text of Prometheus's exposition format", typeof(string)) { ContentType = "text/plain" },
        ["OpenApi"] = new(Models, "This document", "OpenAPI 3.1", null),
        ["ScoreModel"] = new(Imports, "Scores the tables, images or arrays under a prefix", "It has begun: the Durable status URLs", null, 400, 404, 413) { Body = typeof(ScoreRequest), Success = 202 },
        ["GetScore"] = new(Imports, "How a scoring is doing", "The scoring", typeof(RunDocument), 404),
        ["CancelScore"] = new(Imports, "Stops a scoring; what is scored stays", "It stops", null, 404, 409) { Success = 202, Parameters = [Reason] },
        ["ImportModel"] = new(
            Imports, "Publishes a model of another framework: a Batch job turns PyTorch, TensorFlow, Keras or TFLite into ONNX and its answer is compared with the original; ONNX is tried and taken as it is",
            "It has begun: the Durable status URLs", null, 400, 413) { Body = typeof(ImportRequest), Success = 202 },
        ["GetImport"] = new(Imports, "How an import is doing", "The import", typeof(RunDocument), 404),
        ["CancelImport"] = new(Imports, "Stops an import that has not come to publishing yet", "It stops", null, 404, 409) { Success = 202, Parameters = [Reason] },
        ["StartPipeline"] = new(Pipelines, "Starts a run of a pipeline, as examples/README.md describes it", "It has begun", null, 400, 409, 413)
        {
            Body = typeof(JsonObject), Success = 202, Parameters = [("runId", "query", "The run's id; one is made if it is left out")],
        },
        ["ListPipelines"] = new(Pipelines, "A page of runs", "The runs, and a continuationToken where there are more", null) { Parameters = [("continuationToken", "query", "Where the page before ended")] },
        ["GetPipeline"] = new(Pipelines, "How a run is doing", "The run", typeof(RunDocument), 404),
        ["ReadTrialLog"] = new(Pipelines, "What a trial's job has written: a piece of whole lines, which its node uploads every ten seconds", "The piece, and where the next begins", typeof(TrialLog), 400, 404)
        {
            Parameters = [("stream", "query", "stdout or stderr"), ("part", "query", "The part that the piece before was of; the last one if it is left out"), ("offset", "query", "Where the piece before said that the next begins")],
        },
        ["GetSweepReport"] = new(Pipelines, "What a run's sweep has learned so far: trials, learning curves, importance of parameters, times on nodes, cost", "The report", typeof(SweepReport), 404),
        ["ShowSweepReport"] = new(Pipelines, "The same as one HTML page that needs nothing else", "The page", typeof(string), 404) { ContentType = "text/html" },
        ["NarrowSweep"] = new(Pipelines, "A pipeline for the next sweep, whose space lies around the best trials of this one", "The pipeline", typeof(JsonObject), 404, 409),
        ["CancelPipeline"] = new(Pipelines, "Stops a run", "The run", typeof(RunDocument), 404, 409) { Success = 202, Parameters = [Reason] },
        ["ResumePipeline"] = new(Pipelines, "Lets a run that failed or was cancelled go on from the first phase or trial that is not done", "It goes on", null, 400, 404, 409)
        {
            Success = 202, Parameters = [("maxFailedTrials", "query", "Trials that may fail from here on")],
        },
        ["DeletePipeline"] = new(Pipelines, "Deletes a run that has ended, with its trials, checkpoints, logs and histories, unless a published version came from it", "What was removed", typeof(DeletedRun), 404, 409),
        ["StartUpload"] = new(Pipelines, "Signs a URL for each blob of the container raw that a client wants to write", "The URLs, which hold for four hours", typeof(UploadList), 400, 413) { Body = typeof(UploadRequest) },
        ["ListDatasets"] = new(Pipelines, "The versions of all datasets, at most 1,000", "The versions, by name and the newest first", typeof(DatasetList)),
        ["DeleteDataset"] = new(Pipelines, "Deletes a dataset with all its versions, or one, unless a published version came from it or a run under way needs it", "What was removed", typeof(DeletedDataset), 400, 404, 409)
        {
            Parameters = [("version", "query", "One version, or what only it begins with")],
        },
        ["ListJobs"] = new(Pipelines, "The jobs that a pipeline's sweep may name: those shipped, and those that were pushed", "The jobs with their newest versions", typeof(JobList)),
        ["PushJob"] = new(Pipelines, "Takes a job's folder as a ZIP archive (application/zip), job.json at the top, unless this version is there already", "The version", typeof(JobEntry), 400, 413, 415) { Success = 201 },
        ["PushWorkflow"] = new(Workflows, "Adds a version of a workflow in Amazon States Language, unless the newest has this text already", "The new version", typeof(WorkflowVersion), 400, 409, 413)
        {
            Body = typeof(JsonObject), Success = 201, Parameters = [("alias", "query", "An alias that shall name the version")],
        },
        ["ValidateWorkflow"] = new(Workflows, "What is wrong with a definition", "All mistakes, each with its place", typeof(WorkflowValidation), 413) { Body = typeof(JsonObject) },
        ["TestState"] = new(Workflows, "Tries out one state, its work replaced by a result or an error", "What the state does, as AWS's operation TestState says it", null, 400, 413) { Body = typeof(StateTestDocument) },
        ["ExportPipeline"] = new(Workflows, "Writes a pipeline as a workflow that does the same by its parts", "The definition", null, 400, 413) { Body = typeof(JsonObject) },
        ["ListWorkflows"] = new(Workflows, "All workflows", "Their names", typeof(WorkflowList)),
        ["GetWorkflow"] = new(Workflows, "A workflow's versions and aliases", "The workflow, and its ETag", typeof(Workflow), 404),
        ["GetWorkflowDefinition"] = new(Workflows, "The definition of a version", "The text that was pushed", null, 404) { Parameters = [Version] },
        ["SetWorkflowAlias.put"] = new(Workflows, "Lets an alias name a version", "The workflow, and its new ETag", typeof(Workflow), 400, 404, 409, 412, 413) { Body = typeof(WorkflowAliasDocument), Parameters = [IfMatch] },
        ["SetWorkflowAlias.delete"] = new(Workflows, "Removes an alias", "The workflow, and its new ETag", typeof(Workflow), 400, 404, 412) { Parameters = [IfMatch] },
        ["StartExecution"] = new(Workflows, "Starts an execution, which keeps its definition whatever is pushed later; the body is its input", "The execution", typeof(ExecutionDocument), 400, 404, 409, 413)
        {
            Body = typeof(JsonObject), Success = 202, Parameters = [Version, ("executionId", "query", "The execution's id; one is made if it is left out")],
        },
        ["ListExecutions"] = new(Workflows, "A page of a workflow's executions, newest first", "The executions, and a continuationToken where there are more", typeof(ExecutionEntries), 404)
        {
            Parameters = [("continuationToken", "query", "Where the page before ended")],
        },
        ["GetExecution"] = new(Workflows, "How an execution is doing", "The execution", typeof(ExecutionDocument), 404),
        ["GetExecutionHistory"] = new(Workflows, "What has happened in an execution, oldest first", "Events in AWS's shape, and a nextToken where there are more now", null, 400, 404)
        {
            Parameters = [("maxResults", "query", "Events on a page, 1 to 1000"), ("nextToken", "query", "What the page before said")],
        },
        ["StopExecution"] = new(Workflows, "Ends an execution as aborted", "The execution as it was", typeof(ExecutionDocument), 400, 404, 409, 413) { Body = typeof(StopRequest), Success = 202 },
        ["RedriveExecution"] = new(Workflows, "Lets an execution that has not succeeded go on from the state in which it ended", "The execution", typeof(ExecutionDocument), 404, 409) { Success = 202 },
        ["PutSchedule"] = new(Workflows, "Makes or changes a schedule, by which a workflow or a pipeline is started", "The schedule, and when it starts the next", typeof(ScheduleDocument), 400, 413) { Body = typeof(Schedule) },
        ["ListSchedules"] = new(Workflows, "All schedules", "The schedules, with what they have done", typeof(ScheduleList)),
        ["GetSchedule"] = new(Workflows, "A schedule", "The schedule, with what it has done", typeof(ScheduleDocument), 404),
        ["DeleteSchedule"] = new(Workflows, "Removes a schedule; what it started goes on", "It is gone", null, 404) { Success = 204 },
        ["GetActivityTask"] = new(Workflows, "Gives a worker the oldest task of an activity that nobody has taken; 204 where there is none", "The task", typeof(ActivityTask), 400)
        {
            Parameters = [("worker", "query", "Who asks"), ("waitSeconds", "query", "How long to wait for a task, 0 to 55")],
        },
        ["ListActivityTasks"] = new(Workflows, "What waits for a worker of an activity or, under approval, for a person", "The tasks, oldest first", typeof(ActivityTaskList), 400),
        ["SendTaskSuccess"] = new(Workflows, "Ends a task; the body is its result", "It is taken", null, 400, 404, 409, 413) { Body = typeof(JsonObject) },
        ["SendTaskFailure"] = new(Workflows, "Lets a task fail", "It is taken", null, 400, 404, 409, 413) { Body = typeof(TaskFailure) },
        ["SendTaskHeartbeat"] = new(Workflows, "Says that the worker of a task is still at it", "It is taken", null, 404, 409),
        ["SteerSweep"] = new(
            Pipelines, "Pauses or resumes a sweep under way, stops it or a trial, adds trials, or changes how many run at a time", "The decision, as it shows in the run's status once it is taken",
            typeof(SweepDecision), 400, 404, 409, 413) { Body = typeof(SweepWish), Success = 202 },
        ["DecidePipeline"] = new(Pipelines, "Says whether a run may publish", "The run", typeof(RunDocument), 400, 404, 409, 413) { Body = typeof(ApprovalDecision), Success = 202 },
    };
}

/// <summary>An error of the Open Inference Protocol.</summary>
/// <param name="Error">What is wrong, naming the field at fault.</param>
internal sealed record ErrorDocument(string Error);

/// <summary>Problem details (RFC 9457).</summary>
/// <param name="Title">The kind of problem.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What is wrong, and what to do.</param>
/// <param name="Errors">Everything that is wrong with a document, by JSON path.</param>
internal sealed record ProblemDocument(string Title, int Status, string? Detail, IReadOnlyList<DurableMl.Json.JsonProblem>? Errors);

/// <param name="Version">A published version.</param>
internal sealed record AliasDocument(string Version);

/// <param name="Model">The model.</param>
/// <param name="Version">The version.</param>
/// <param name="Evaluated">Of the examples that it was evaluated on.</param>
/// <param name="Seen">Of the inputs since this instance loaded it.</param>
/// <param name="Shift">How far the means are apart, in standard deviations of the evaluated examples.</param>
internal sealed record DriftDocument(string Model, string Version, FeatureStatistics? Evaluated, FeatureStatistics? Seen, IReadOnlyList<double>? Shift);

/// <param name="Inputs">The inputs.</param>
/// <param name="Id">A name for the request, given back in the response.</param>
/// <param name="Outputs">The outputs wanted; all, if left out.</param>
/// <param name="Parameters"><c>binary_data_output</c>, <c>timeout</c> in microseconds, and whatever traffic rules look at.</param>
internal sealed record InferRequestDocument(IReadOnlyList<TensorDocument> Inputs, string? Id = null, IReadOnlyList<OutputDocument>? Outputs = null, JsonObject? Parameters = null);

/// <param name="Name">Its name.</param>
/// <param name="Datatype">Its element type, such as <c>FP32</c>.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Data">Its elements, flat or nested by the shape; null stands for NaN. Left out where <c>parameters.binary_data_size</c> announces binary data.</param>
/// <param name="Parameters"><c>binary_data_size</c>: bytes of binary data.</param>
internal sealed record TensorDocument(string Name, string Datatype, IReadOnlyList<long> Shape, JsonArray? Data = null, JsonObject? Parameters = null);

/// <param name="Name">The output's name.</param>
/// <param name="Parameters"><c>binary_data</c>: its form; <c>classification</c>: how many best classes are wanted instead of the scores.</param>
internal sealed record OutputDocument(string Name, JsonObject? Parameters = null);

/// <param name="ModelName">The model.</param>
/// <param name="ModelVersion">The version or versions that answered.</param>
/// <param name="Outputs">The outputs.</param>
/// <param name="Id">The request's id.</param>
/// <param name="Parameters"><c>route</c>: how the traffic rules led there.</param>
internal sealed record InferResponseDocument(
    [property: System.Text.Json.Serialization.JsonPropertyName("model_name")] string ModelName,
    [property: System.Text.Json.Serialization.JsonPropertyName("model_version")] string ModelVersion,
    IReadOnlyList<TensorDocument> Outputs, string? Id = null, JsonObject? Parameters = null);
