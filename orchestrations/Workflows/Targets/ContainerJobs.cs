using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using DurableMl.Orchestrations.Failures;
using DurableMl.Workflows.Execution;
using Microsoft.Extensions.Options;

namespace DurableMl.Orchestrations.Workflows.Targets;

/// <summary>
/// <c>container:runJob</c>: an execution of a job of Azure Container Apps, by the REST API of Azure Resource Manager. Takes <c>JobName</c> and
/// <c>ContainerOverrides</c> (<c>Name</c>, <c>Image</c>, <c>Command</c>, <c>Args</c>, <c>Environment</c>), or what runTask of ECS takes: <c>TaskDefinition</c> and
/// <c>Overrides</c>. Which job a name is, is in the settings.
/// </summary>
internal sealed partial class ContainerJobs : IRemoteJobs
{
    // By it an execution is found that was started although its answer was lost.
    private const string IdVariable = "DURABLEML_TASK";
    private const string Version = "api-version=2024-03-01";
    private const string Scope = "https://management.azure.com/.default";

    private readonly WorkflowOptions options;
    private readonly HttpPipeline pipeline;

    public ContainerJobs(IOptions<WorkflowOptions> options)
    {
        this.options = options.Value;
        HttpPipelinePolicy signIn = this.options.ResourceManagerKey is { } key ? new KeyPolicy(key) : new BearerTokenAuthenticationPolicy(new DefaultAzureCredential(), Scope);
        pipeline = HttpPipelineBuilder.Build(new Options(), signIn);
    }

    public async Task<string> StartAsync(RemoteJob job, CancellationToken cancellationToken)
    {
        var arguments = job.Arguments as JsonObject ?? throw new PermanentFailureException("$ must be an object with a JobName.");
        var resource = ResourceOf(arguments);
        if (await FindAsync(resource, job.Id, cancellationToken) is { } started)
        {
            return $"{resource}/executions/{started}";
        }

        // What a start gives replaces the job's own containers whole, so the job's own are what the overrides change.
        var template = (await SendAsync(RequestMethod.Get, resource, null, cancellationToken))?["properties"]?["template"]?.DeepClone() as JsonObject ?? [];
        if (template["containers"] is not JsonArray { Count: > 0 } containers)
        {
            throw new PermanentFailureException($"The job {resource} has no containers.");
        }

        foreach (var change in (arguments["ContainerOverrides"] ?? arguments["Overrides"]?["ContainerOverrides"]) as JsonArray ?? [])
        {
            Override(containers, change as JsonObject ?? [], resource);
        }

        foreach (var container in containers.OfType<JsonObject>())
        {
            Set(container, IdVariable, job.Id);
        }

        var body = new JsonObject { ["containers"] = containers.DeepClone(), ["initContainers"] = template["initContainers"]?.DeepClone() ?? new JsonArray() };
        var answer = await SendAsync(RequestMethod.Post, $"{resource}/start", body, cancellationToken);
        var name = (string?)answer?["name"] ?? await FindAsync(resource, job.Id, cancellationToken)
            ?? throw new InvalidOperationException($"The job {resource} was started, but its execution is not there yet.");
        return $"{resource}/executions/{name}";
    }

    public async Task<TaskAnswer?> ObserveAsync(RemoteJob job, CancellationToken cancellationToken)
    {
        if (await SendAsync(RequestMethod.Get, job.Handle!, null, cancellationToken) is not { } execution)
        {
            return new TaskAnswer(IsFailure: true, null, ErrorNames.TaskFailed, $"The execution {job.Handle} is gone.");
        }

        var properties = execution["properties"] as JsonObject ?? [];
        var status = (string?)properties["status"] ?? "Unknown";
        if (status is "Running" or "Processing" or "Unknown" or "Degraded")
        {
            return null;
        }

        var detail = new JsonObject
        {
            ["ExecutionName"] = (string?)execution["name"],
            ["JobName"] = (job.Arguments?["JobName"] ?? job.Arguments?["TaskDefinition"])?.DeepClone(),
            ["LastStatus"] = "STOPPED",
            ["Status"] = status,
            ["StartedAt"] = (string?)properties["startTime"],
            ["StoppedAt"] = (string?)properties["endTime"],
            ["Containers"] = new JsonArray([.. (properties["template"]?["containers"] as JsonArray ?? []).OfType<JsonObject>().Select(container => new JsonObject
            {
                ["Name"] = container["name"]?.DeepClone(), ["Image"] = container["image"]?.DeepClone(), ["LastStatus"] = "STOPPED",
            })]),
        };
        return status == "Succeeded"
            ? new TaskAnswer(IsFailure: false, detail)
            : new TaskAnswer(IsFailure: true, null, ErrorNames.TaskFailed, detail.ToJsonString());
    }

    public async Task EndAsync(RemoteJob job, CancellationToken cancellationToken)
    {
        // Stopping what has ended is refused, or does nothing.
        if (await ObserveAsync(job, cancellationToken) is null)
        {
            await SendAsync(RequestMethod.Post, $"{job.Handle}/stop", null, cancellationToken);
        }
    }

    private static void Override(JsonArray containers, JsonObject change, string resource)
    {
        var name = (string?)change["Name"];
        var container = containers.OfType<JsonObject>().FirstOrDefault(each => name is null || (string?)each["name"] == name)
            ?? throw new PermanentFailureException($"$.ContainerOverrides: the job {resource} has no container '{name}'; it has {string.Join(", ", containers.Select(each => (string?)each!["name"]))}.");
        foreach (var field in (string[])["Image", "Command", "Args"])
        {
            if (change[field] is { } value)
            {
                container[field.ToLowerInvariant()] = value.DeepClone();
            }
        }

        if (change.ContainsKey("Command") && !change.ContainsKey("Args"))
        {
            // Arguments of another command would make no sense.
            container.Remove("args");
        }

        foreach (var (variable, value) in BatchTasks.Variables(change["Environment"]))
        {
            Set(container, variable, value);
        }
    }

    private static void Set(JsonObject container, string name, string value)
    {
        var others = (container["env"] as JsonArray ?? []).Where(each => (string?)each?["name"] != name).Select(each => each?.DeepClone());
        container["env"] = new JsonArray([.. others, new JsonObject { ["name"] = name, ["value"] = value }]);
    }

    private string ResourceOf(JsonObject arguments)
    {
        var name = (string?)(arguments["JobName"] ?? arguments["TaskDefinition"]) ?? throw new PermanentFailureException("$.JobName is required.");
        var resource = WorkflowOptions.Meaning(options.ContainerJobs, name)
            ?? throw new PermanentFailureException($"$.JobName: the setting Workflows__ContainerJobs__0 gives '{name}' no meaning.");
        return ResourceId.IsMatch(resource)
            ? resource
            : throw new PermanentFailureException($"The setting Workflows__ContainerJobs__0 gives '{name}' the meaning '{resource}', which is no resource id of a job of Container Apps.");
    }

    private async Task<string?> FindAsync(string resource, string id, CancellationToken cancellationToken)
    {
        var executions = await SendAsync(RequestMethod.Get, $"{resource}/executions", null, cancellationToken);
        var ours = (executions?["value"] as JsonArray ?? []).FirstOrDefault(execution =>
            (execution?["properties"]?["template"]?["containers"] as JsonArray ?? []).Any(container =>
                BatchTasks.Variables(container?["env"]).Contains((IdVariable, id))));
        return (string?)ours?["name"];
    }

    /// <summary>Null for what is not there.</summary>
    private async Task<JsonNode?> SendAsync(RequestMethod method, string path, JsonNode? body, CancellationToken cancellationToken)
    {
        using HttpMessage message = pipeline.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(new Uri(options.ResourceManager, $"{path}?{Version}"));
        message.Request.Headers.Add("Accept", "application/json");
        if (body is not null)
        {
            message.Request.Headers.Add("Content-Type", "application/json");
            message.Request.Content = RequestContent.Create(new BinaryData(body.ToJsonString()));
        }

        await pipeline.SendAsync(message, cancellationToken);
        return message.Response.Status switch
        {
            200 or 202 => message.Response.Content.ToMemory().IsEmpty ? null : JsonNode.Parse(message.Response.Content.ToMemory().Span),
            204 or 404 => null,
            _ => throw new RequestFailedException(message.Response),
        };
    }

    [GeneratedRegex(
        "^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft[.]App/jobs/[a-z0-9-]+\\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ResourceId { get; }

    private sealed class Options : ClientOptions;

    // The stand-in on one machine is reached without TLS, over which no token may go.
    private sealed class KeyPolicy(string key) : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message) => message.Request.Headers.SetValue("Authorization", $"Bearer {key}");
    }
}
