using System.Text.Json.Nodes;
using DurableMl.Workflows.Execution;
using DurableMl.Workflows.Paths;

namespace DurableMl.Workflows.Expressions;

/// <summary>The variables of a branch: its own, and those of what encloses it, which it can read and not change.</summary>
internal sealed class Variables(Variables? enclosing = null)
{
    private readonly Dictionary<string, JsonNode?> _own = [];

    public bool TryGet(string name, out JsonNode? value) =>
        _own.TryGetValue(name, out value) || (enclosing is not null && enclosing.TryGet(name, out value));

    public void Set(string name, JsonNode? value) => _own[name] = value;

    public IEnumerable<KeyValuePair<string, JsonNode?>> All() =>
        (enclosing?.All() ?? []).Where(pair => !_own.ContainsKey(pair.Key)).Concat(_own);
}

/// <summary>What the expressions of a state can see: a document, the context object and the variables.</summary>
internal sealed record Scope(JsonNode? Document, JsonObject Context, Variables Variables, IWorkflowHost Host)
{
    /// <summary>Evaluates a path: from the document (<c>$</c>), the context (<c>$$</c>) or a variable (<c>$name</c>).</summary>
    public bool TryEvaluate(string path, out JsonNode? value, out string missing)
    {
        var (root, rest, exists) = RootOf(path);
        if (!exists)
        {
            value = null;
            missing = $"The variable in '{path}' has no value";
            return false;
        }

        var parsed = JsonPath.Parse(rest);
        if (parsed.TryEvaluate(root, out value))
        {
            missing = "";
            return true;
        }

        missing = parsed.DescribeMissing(root);
        return false;
    }

    /// <summary>Evaluates a path or an intrinsic function.</summary>
    /// <param name="text">What the field holds.</param>
    /// <param name="field">The field, for the message.</param>
    /// <exception cref="WorkflowFailure">The path leads nowhere, or the function failed.</exception>
    public JsonNode? Evaluate(string text, string field)
    {
        if (text.StartsWith("States.", StringComparison.Ordinal))
        {
            return IntrinsicExpression.Parse(text).Evaluate(this, field);
        }

        if (!text.StartsWith('$'))
        {
            throw WorkflowFailure.Runtime($"The value '{text}' of the field '{field}' is neither a JSONPath nor an intrinsic function.");
        }

        if (Document is null && (text == "$" || text.StartsWith("$.", StringComparison.Ordinal)))
        {
            throw WorkflowFailure.Runtime("Unable to apply Path transformation to null or empty input.");
        }

        return TryEvaluate(text, out var value, out _)
            ? value
            : throw WorkflowFailure.Runtime(
                $"The JSONPath '{text}' specified for the field '{field}' could not be found in the input '{Compact.Write(Document)}'");
    }

    /// <summary>Fills a payload template: fields whose names end in <c>.$</c> take the value of their path or function.</summary>
    public JsonNode? Fill(JsonNode? template) => template switch
    {
        JsonObject fields => new JsonObject(fields.Select(pair => pair.Key.EndsWith(".$", StringComparison.Ordinal)
            ? KeyValuePair.Create(pair.Key[..^2], Evaluate(TextOf(pair), pair.Key)?.DeepClone())
            : KeyValuePair.Create(pair.Key, Fill(pair.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Fill)]),
        _ => template?.DeepClone(),
    };

    /// <summary>The name of the variable that a path starts from; null for a path from the document or the context.</summary>
    internal static string? VariableOf(string path)
    {
        var end = 1;
        while (end < path.Length && (char.IsLetterOrDigit(path[end]) || path[end] == '_'))
        {
            end++;
        }

        return path.StartsWith('$') && end > 1 ? path[1..end] : null;
    }

    private static string TextOf(KeyValuePair<string, JsonNode?> field) => JsonValues.Text(field.Value)
        ?? throw WorkflowFailure.Runtime($"The value for the field '{field.Key}' must be a String that contains a JSONPath or an intrinsic function");

    private (JsonNode? Root, string Path, bool Exists) RootOf(string path)
    {
        if (path.StartsWith("$$", StringComparison.Ordinal))
        {
            return (Context, path[1..], true);
        }

        if (VariableOf(path) is not { } name)
        {
            return (Document, path, true);
        }

        var exists = Variables.TryGet(name, out var value);
        return (value, "$" + path[(name.Length + 1)..], exists);
    }
}
