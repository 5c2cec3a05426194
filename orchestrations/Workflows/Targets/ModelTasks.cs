using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Inference.Endpoints;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Evaluation;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Publishing;
using DurableMl.Registry;
using DurableMl.Workflows.Execution;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Workflows.Targets;

/// <summary>
/// Activity: <c>model:infer</c>. <c>model</c> and <c>version</c> say which model, as in the paths of the inference protocol; <c>inputs</c>,
/// <c>outputs</c>, <c>parameters</c> and <c>id</c> are the request, and whatever else is there does not matter.
/// </summary>
/// <param name="endpoints">Answers requests.</param>
/// <param name="services">What answering needs.</param>
public sealed class InferModel(InferenceEndpoints endpoints, IServiceProvider services)
{
    /// <summary>The name of the error of a model that cannot answer, before the status.</summary>
    public const string Error = "Model.StatusCode.";

    // A task's input may have more than the request.
    private static readonly string[] Members = ["id", "parameters", "inputs", "outputs"];

    /// <summary>Returns the model's answer.</summary>
    [Function(nameof(InferModel))]
    public async Task<TaskAnswer> RunAsync([ActivityTrigger] JsonNode input, CancellationToken cancellationToken)
    {
        var given = input as JsonObject ?? [];
        if (given["model"] is not JsonValue named || !named.TryGetValue(out string? model))
        {
            return new TaskAnswer(IsFailure: true, null, ErrorNames.Runtime, "$.model must name the model that answers.");
        }

        var version = (string?)given["version"];
        var request = new JsonObject(Members.Where(given.ContainsKey).Select(member => KeyValuePair.Create(member, given[member]?.DeepClone())));
        using var answer = new MemoryStream();
        using var body = new MemoryStream(Encoding.UTF8.GetBytes(request.ToJsonString()));
        var http = new DefaultHttpContext { RequestServices = services, RequestAborted = cancellationToken };
        http.Request.Method = "POST";
        http.Request.ContentType = "application/json";
        http.Request.Body = body;
        http.Request.ContentLength = body.Length;
        http.Response.Body = answer;
        http.Request.RouteValues["model"] = model;
        if (version is not null)
        {
            http.Request.RouteValues["version"] = version;
        }

        await endpoints.AnswerAsync(version is null ? nameof(InferenceEndpoints.ModelInfer) : nameof(InferenceEndpoints.ModelVersionInfer), http);
        await http.Response.BodyWriter.CompleteAsync();
        cancellationToken.ThrowIfCancellationRequested();
        if (http.Response.StatusCode == StatusCodes.Status200OK && answer.Length <= Interpreter.MaximumOutputBytes && JsonNode.Parse(answer.ToArray()) is { } output)
        {
            return new TaskAnswer(IsFailure: false, output);
        }

        return http.Response.StatusCode == StatusCodes.Status200OK
            ? new TaskAnswer(IsFailure: true, null, ErrorNames.DataLimitExceeded, $"The answer has more than {Interpreter.MaximumOutputBytes} bytes; model:score.sync writes answers into blobs.")
            : new TaskAnswer(IsFailure: true, null, Error + http.Response.StatusCode.ToString(CultureInfo.InvariantCulture), Encoding.UTF8.GetString(answer.ToArray()));
    }
}

/// <summary>Activity: says what <c>model:evaluate</c> or <c>model:publish</c> is to look at.</summary>
public static class PrepareModelTask
{
    /// <summary>Reads the arguments: <c>trained</c>, what a job or a sweep gave.</summary>
    /// <exception cref="PermanentFailureException">There is nothing that could be evaluated.</exception>
    [Function(nameof(PrepareModelTask))]
    public static EvaluateModelInput Run([ActivityTrigger] JsonNode arguments)
    {
        TrainedModel trained = Trained(arguments);
        return new EvaluateModelInput(trained.RunId, trained.Trial, trained.Dataset, trained.DatasetVersion);
    }

    internal static TrainedModel Trained(JsonNode? arguments)
    {
        TrainedModel? trained = null;
        try
        {
            trained = arguments?["trained"].Deserialize<TrainedModel>(JsonBlobs.Options);
        }
        catch (JsonException)
        {
            // The same as if it were not there.
        }

        return trained is { RunId.Length: > 0, Trial.Length: > 0, Dataset.Length: > 0, DatasetVersion.Length: > 0 }
            ? trained
            : throw new PermanentFailureException("$.trained must be what job:run.sync gives for a job with a dataset, or what sweep:run.sync gives under 'best'.");
    }
}

/// <summary>What <see cref="PublishTrainedModel"/> works on.</summary>
/// <param name="Arguments"><c>trained</c>, <c>model</c>, and where wanted <c>alias</c> and <c>serving</c>.</param>
/// <param name="Evaluation">How the model did on the test split.</param>
public sealed record PublishTask(JsonNode Arguments, EvaluationResult Evaluation);

/// <summary>Activity: <c>model:publish</c>, once the model is evaluated.</summary>
/// <param name="publish">Publishes what runs have trained.</param>
public sealed class PublishTrainedModel(PublishModel publish)
{
    /// <summary>Publishes it.</summary>
    /// <exception cref="PermanentFailureException">The arguments are wrong, or a file is not the one that was evaluated.</exception>
    [Function(nameof(PublishTrainedModel))]
    public async Task<PublishedModel> RunAsync([ActivityTrigger] PublishTask task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        TrainedModel trained = PrepareModelTask.Trained(task.Arguments);
        if (task.Arguments["model"] is not JsonValue value || !value.TryGetValue(out string? model))
        {
            throw new PermanentFailureException("$.model must name the model to publish.");
        }

        ServingOptions? serving = null;
        if (task.Arguments["serving"] is { } wanted)
        {
            serving = ServingOptions.Read(JsonSerializer.SerializeToElement(wanted), "$.serving", out var problems);
            if (problems.Count > 0)
            {
                throw new PermanentFailureException(string.Join("; ", problems.Select(problem => $"{problem.Path} {problem.Reason}")));
            }
        }

        try
        {
            return await publish.RunAsync(
                new PublishModelInput(
                    trained.RunId, trained.Trial, model, (string?)task.Arguments["alias"], trained.Dataset, trained.DatasetVersion, trained.CodeSha256, trained.Metric,
                    trained.Objective ?? 0, task.Evaluation, serving),
                cancellationToken);
        }
        catch (InvalidModelNameException e)
        {
            throw new PermanentFailureException(e.Message, e);
        }
    }
}
