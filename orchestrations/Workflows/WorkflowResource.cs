using System.Text.RegularExpressions;

namespace DurableMl.Orchestrations.Workflows;

/// <summary>The settings of workflows: what their tasks may reach. Each list is one of numbered settings, such as <c>Workflows__Functions__0</c>.</summary>
public sealed class WorkflowOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Workflows";

    /// <summary>Activities of this app that <c>function:NAME</c> may call, besides <see cref="EchoFunction"/>.</summary>
    public IList<string> Functions { get; } = [];

    /// <summary>What resources of other clouds stand for here, as <c>RESOURCE => OURS</c>.</summary>
    public IList<string> Resources { get; } = [];

    /// <summary>Where <c>http:invoke</c> may send requests: addresses that begin with one of these.</summary>
    public IList<string> HttpEndpoints { get; } = [];

    /// <summary>Queues of the data account that <c>queue:send</c> may send to.</summary>
    public IList<string> Queues { get; } = [];

    /// <summary>What <c>batch:submitJob</c> may run, as <c>JOB DEFINITION => IMAGE [COMMAND]</c>, where the image <c>node</c> is the node itself.</summary>
    public IList<string> JobDefinitions { get; } = [];

    /// <summary>Which pool a job queue is, as <c>JOB QUEUE => POOL</c>.</summary>
    public IList<string> JobQueues { get; } = [];

    /// <summary>Which training job an image of another cloud is, as <c>IMAGE => JOB [NAME=VALUE]…</c>, where the values stand for arguments of <c>job:run.sync</c>.</summary>
    public IList<string> TrainingImages { get; } = [];

    /// <summary>Jobs of Azure Container Apps that <c>container:runJob</c> may start, as <c>NAME => RESOURCE ID</c>.</summary>
    public IList<string> ContainerJobs { get; } = [];

    /// <summary>Where Azure Resource Manager answers: <c>Workflows__ResourceManager</c>.</summary>
    public Uri ResourceManager { get; set; } = new("https://management.azure.com");

    /// <summary>What a stand-in for Azure Resource Manager takes as the bearer's token, <c>Workflows__ResourceManagerKey</c>; null for the app's identity.</summary>
    public string? ResourceManagerKey { get; set; }

    /// <summary>What stands beside <c>=></c> in the row that begins with a name, which a list of settings gives a meaning; null for none.</summary>
    internal static string? Meaning(IEnumerable<string> rows, string name) =>
        rows.Select(row => row.Split("=>", 2, StringSplitOptions.TrimEntries)).FirstOrDefault(row => row.Length == 2 && row[0] == name)?[1];
}

/// <summary>What kind of thing runs a task.</summary>
internal enum ResourceKind
{
    Function,
    Activity,
    Pipeline,
    Dataset,
    Job,
    Sweep,
    Scoring,
    Inference,
    Evaluation,
    Publication,
    BatchJob,
    ContainerJob,
    Queue,
    Items,
    Results,
    Http,
}

/// <summary>The resource of a task, understood.</summary>
/// <param name="Kind">What runs it.</param>
/// <param name="Name">The name of the function or activity; empty for others.</param>
/// <param name="WaitsForToken">Whether the task ends only when its token is handed back.</param>
internal sealed record WorkflowResource(ResourceKind Kind, string Name, bool WaitsForToken)
{
    private const string TokenSuffix = ".waitForTaskToken";

    // Those that end when their work does, and those whose work may also end by a token.
    private static readonly Dictionary<string, ResourceKind> Plain = new(StringComparer.Ordinal)
    {
        ["pipeline:run.sync"] = ResourceKind.Pipeline,
        ["dataset:prepare.sync"] = ResourceKind.Dataset,
        ["job:run.sync"] = ResourceKind.Job,
        ["sweep:run.sync"] = ResourceKind.Sweep,
        ["batch:submitJob.sync"] = ResourceKind.BatchJob,
        ["container:runJob.sync"] = ResourceKind.ContainerJob,
        ["model:score.sync"] = ResourceKind.Scoring,
        ["model:infer"] = ResourceKind.Inference,
        ["model:evaluate"] = ResourceKind.Evaluation,
        ["model:publish"] = ResourceKind.Publication,
        ["queue:send"] = ResourceKind.Queue,
        ["http:invoke"] = ResourceKind.Http,
        ["blobs:read"] = ResourceKind.Items,
        ["blobs:list"] = ResourceKind.Items,
        ["blobs:write"] = ResourceKind.Results,
    };

    private static readonly Dictionary<string, ResourceKind> Answered = new(StringComparer.Ordinal)
    {
        ["queue:send"] = ResourceKind.Queue,
        ["batch:submitJob"] = ResourceKind.BatchJob,
        ["container:runJob"] = ResourceKind.ContainerJob,
    };

    /// <summary>Reads a resource as definitions write it here; null for anything else.</summary>
    public static WorkflowResource? Parse(string resource)
    {
        var waits = resource.EndsWith(TokenSuffix, StringComparison.Ordinal);
        var named = waits ? resource[..^TokenSuffix.Length] : resource;
        return named.Split(':', 2) switch
        {
            ["function", { Length: > 0 } name] => new(ResourceKind.Function, name, waits),
            ["activity", { Length: > 0 } name] when !waits && WorkflowNames.IsValid(name) => new(ResourceKind.Activity, name, true),

            // A person is a worker who asks for the tasks named so.
            ["approval"] => new(ResourceKind.Activity, "approval", true),
            _ => (waits ? Answered : Plain).TryGetValue(named, out var kind) ? new(kind, "", waits) : null,
        };
    }
}

/// <summary>Knows which resources tasks may name, and what the names of other clouds stand for.</summary>
/// <param name="options">The settings.</param>
public sealed partial class WorkflowResources(WorkflowOptions options)
{
    private const string Known =
        "function:NAME, activity:NAME, approval, pipeline:run.sync, dataset:prepare.sync, job:run.sync, sweep:run.sync, batch:submitJob.sync, container:runJob.sync, "
        + "model:infer, model:score.sync, model:evaluate, model:publish, queue:send or http:invoke, and a Map reads from blobs:read or blobs:list and writes to blobs:write";

    // What AWS names these; a bucket is a container.
    private static readonly Dictionary<string, string> Integrations = new(StringComparer.Ordinal)
    {
        ["arn:aws:states:::http:invoke"] = "http:invoke",
        ["arn:aws:states:::batch:submitJob.sync"] = "batch:submitJob.sync",
        ["arn:aws:states:::batch:submitJob.waitForTaskToken"] = "batch:submitJob.waitForTaskToken",
        ["arn:aws:states:::ecs:runTask.sync"] = "container:runJob.sync",
        ["arn:aws:states:::ecs:runTask.waitForTaskToken"] = "container:runJob.waitForTaskToken",
        ["arn:aws:states:::sagemaker:createTrainingJob.sync"] = "job:run.sync",
        ["arn:aws:states:::sqs:sendMessage"] = "queue:send",
        ["arn:aws:states:::sqs:sendMessage.waitForTaskToken"] = "queue:send.waitForTaskToken",
        ["arn:aws:states:::s3:putObject"] = "blobs:write",
        ["arn:aws:states:::s3:getObject"] = "blobs:read",
        ["arn:aws:states:::s3:listObjectsV2"] = "blobs:list",
    };

    private readonly HashSet<string> functions = new(options.Functions, StringComparer.Ordinal) { EchoFunction.Name };

    private readonly Dictionary<string, string> table = options.Resources.Select(ReadRow).ToDictionary(row => row.From, row => row.To, StringComparer.Ordinal);

    /// <summary>What is wrong with the resource of a task; null where it can run.</summary>
    public string? Objection(string resource)
    {
        if (WorkflowResource.Parse(Resolve(resource)) is not { } known)
        {
            return $"There is no resource '{resource}'. A task can run {Known}; names of other clouds can be given a meaning by the setting Workflows__Resources__0";
        }

        return known.Kind == ResourceKind.Function && !functions.Contains(known.Name)
            ? $"There is no function '{known.Name}' for workflows. This app offers {string.Join(", ", functions.Order(StringComparer.Ordinal))}; "
                + "the setting Workflows__Functions__0 offers another of its activities"
            : null;
    }

    /// <summary>The resource in our own words: by the table, or by the form that AWS gives functions, activities and HTTP.</summary>
    public string Resolve(string resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        if (table.TryGetValue(resource, out var ours))
        {
            return ours;
        }

        return Integrations.TryGetValue(resource, out var integration) ? integration
            : Arn.Match(resource) is { Success: true } match ? $"{(match.Groups["lambda"].Success ? "function" : "activity")}:{match.Groups["name"].Value}"
            : resource;
    }

    private static (string From, string To) ReadRow(string row) => row.Split("=>", StringSplitOptions.TrimEntries) is [{ Length: > 0 } from, { } to]
        && WorkflowResource.Parse(to) is not null
            ? (from, to)
            : throw new InvalidOperationException($"'{row}' in the setting Workflows__Resources is not RESOURCE => OURS, where a task can run {Known}.");

    [GeneratedRegex(
        @"^arn:[\w-]+:((?<lambda>lambda:[\w-]*:\d*:function)|(states:[\w-]*:\d*:activity)):(?<name>[\w-]+)(:[\w$-]+)?\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Arn { get; }
}

/// <summary>The names of workflows, aliases and activities.</summary>
public static partial class WorkflowNames
{
    /// <summary>What a name looks like, for messages.</summary>
    public const string Shape = "letters, digits, '-' and '_', 1 to 80 long, beginning with a letter or digit";

    /// <summary>Whether a text may be a name. It becomes part of blob names and URLs.</summary>
    public static bool IsValid(string? text) => text is not null && Pattern.IsMatch(text);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_-]{0,79}\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern { get; }
}
