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
}

/// <summary>What kind of thing runs a task.</summary>
internal enum ResourceKind
{
    Function,
    Activity,
    Pipeline,
    Scoring,
    Items,
    Http,
}

/// <summary>The resource of a task, understood.</summary>
/// <param name="Kind">What runs it.</param>
/// <param name="Name">The name of the function or activity; empty for others.</param>
/// <param name="WaitsForToken">Whether the task ends only when its token is handed back.</param>
internal sealed record WorkflowResource(ResourceKind Kind, string Name, bool WaitsForToken)
{
    private const string TokenSuffix = ".waitForTaskToken";

    /// <summary>Reads a resource as definitions write it here; null for anything else.</summary>
    public static WorkflowResource? Parse(string resource)
    {
        var waits = resource.EndsWith(TokenSuffix, StringComparison.Ordinal);
        var parts = (waits ? resource[..^TokenSuffix.Length] : resource).Split(':', 2);
        return parts switch
        {
            ["function", { Length: > 0 } name] => new(ResourceKind.Function, name, waits),
            ["activity", { Length: > 0 } name] when !waits && WorkflowNames.IsValid(name) => new(ResourceKind.Activity, name, true),

            // A person is a worker who asks for the tasks named so.
            ["approval"] => new(ResourceKind.Activity, "approval", true),
            ["pipeline", "run.sync"] when !waits => new(ResourceKind.Pipeline, "", false),
            ["model", "score.sync"] when !waits => new(ResourceKind.Scoring, "", false),
            ["http", "invoke"] when !waits => new(ResourceKind.Http, "", false),
            ["blobs", "read" or "list"] when !waits => new(ResourceKind.Items, parts[1], false),
            _ => null,
        };
    }
}

/// <summary>Knows which resources tasks may name, and what the names of other clouds stand for.</summary>
/// <param name="options">The settings.</param>
public sealed partial class WorkflowResources(WorkflowOptions options)
{
    private const string Known =
        "function:NAME, activity:NAME, approval, pipeline:run.sync, model:score.sync or http:invoke, and the items of a Map can come from blobs:read or blobs:list";

    // What AWS names these; a bucket is a container.
    private static readonly Dictionary<string, string> Integrations = new(StringComparer.Ordinal)
    {
        ["arn:aws:states:::http:invoke"] = "http:invoke",
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
