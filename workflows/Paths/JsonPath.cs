using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Workflows.Execution;

namespace DurableMl.Workflows.Paths;

/// <summary>
/// A JSONPath with the meaning that the language gives it: a path of names and indices is <see cref="IsDefinite"/> and gives one value; any other
/// gives an array, which is empty when nothing matches.
/// </summary>
public sealed class JsonPath
{
    // A few ".." find every value again and again.
    private const int MostValues = 1_000_000;

    private readonly IReadOnlyList<PathStep> _steps;

    internal JsonPath(string text, IReadOnlyList<PathStep> steps)
    {
        Text = text;
        _steps = steps;
        IsDefinite = steps.All(step => step is NameStep or IndexStep);
    }

    /// <summary>The path as it was written.</summary>
    public string Text { get; }

    /// <summary>Whether the path gives one value.</summary>
    public bool IsDefinite { get; }

    /// <summary>Whether the path can name a place to write to: only names and indices from 0.</summary>
    public bool IsReference => _steps.All(step => step is NameStep or IndexStep { Index: >= 0 });

    /// <summary>Reads a path that starts with <c>$</c>.</summary>
    /// <exception cref="FormatException">The text is not a path; says where.</exception>
    public static JsonPath Parse(string text) => new JsonPathParser(text).Parse();

    /// <summary>Finds the value; false only when a definite path leads nowhere.</summary>
    public bool TryEvaluate(JsonNode? root, out JsonNode? value)
    {
        var found = Select(root, root);
        if (!IsDefinite)
        {
            value = new JsonArray([.. found.Select(node => node?.DeepClone())]);
            return true;
        }

        value = found.Count == 0 ? null : found[0];
        return found.Count > 0;
    }

    /// <summary>Says why <see cref="TryEvaluate"/> found nothing.</summary>
    public string DescribeMissing(JsonNode? root)
    {
        for (var count = 1; count < _steps.Count; count++)
        {
            if (new JsonPath(Text, [.. _steps.Take(count)]).Select(root, root).Count == 0)
            {
                return $"Missing property in path {Canonical(count)}";
            }
        }

        return $"No results for path: {Canonical(_steps.Count)}";
    }

    /// <summary>A copy of the document with the value at this path, with objects made on the way as needed.</summary>
    /// <exception cref="FormatException">The path is not a reference, or what it goes through is neither an object nor a long enough array.</exception>
    public JsonNode? Write(JsonNode? document, JsonNode? value)
    {
        if (!IsReference)
        {
            throw new FormatException($"'{Text}' is not a reference path.");
        }

        if (_steps.Count == 0)
        {
            return value?.DeepClone();
        }

        var root = document?.DeepClone();
        var current = root;
        for (var i = 0; i < _steps.Count; i++)
        {
            var last = i == _steps.Count - 1;
            if (_steps[i] is NameStep { Name: var name } && current is JsonObject owner)
            {
                if (last)
                {
                    owner[name] = value?.DeepClone();
                }
                else
                {
                    current = owner[name] ??= new JsonObject();
                }
            }
            else if (_steps[i] is IndexStep { Index: var index } && current is JsonArray array && index < array.Count)
            {
                if (last)
                {
                    array[index] = value?.DeepClone();
                }
                else
                {
                    current = array[index];
                }
            }
            else
            {
                throw new FormatException($"'{Text}' does not fit the document: {Canonical(i + 1)} cannot be set.");
            }
        }

        return root;
    }

    internal IReadOnlyList<JsonNode?> Select(JsonNode? start, JsonNode? root)
    {
        IReadOnlyList<JsonNode?> nodes = [start];
        foreach (var step in _steps)
        {
            nodes = [.. nodes.SelectMany(node => step.From(node, root)).Take(MostValues + 1)];
            if (nodes.Count > MostValues)
            {
                throw WorkflowFailure.Runtime($"The path '{Text}' goes through more than {MostValues} values.");
            }
        }

        return nodes;
    }

    private string Canonical(int count) => "$" + string.Concat(_steps.Take(count).Select(step => step.ToString()));
}

internal abstract record PathStep
{
    public abstract IEnumerable<JsonNode?> From(JsonNode? node, JsonNode? root);

    protected static IEnumerable<JsonNode?> Children(JsonNode? node) => node switch
    {
        JsonObject owner => owner.Select(pair => pair.Value),
        JsonArray array => array,
        _ => [],
    };
}

internal sealed record NameStep(string Name) : PathStep
{
    public override IEnumerable<JsonNode?> From(JsonNode? node, JsonNode? root)
    {
        if (node is JsonObject owner && owner.TryGetPropertyValue(Name, out var value))
        {
            yield return value;
        }
    }

    public override string ToString() => $"['{Name}']";
}

internal sealed record IndexStep(int Index) : PathStep
{
    public override IEnumerable<JsonNode?> From(JsonNode? node, JsonNode? root)
    {
        if (node is JsonArray array)
        {
            var index = Index < 0 ? array.Count + Index : Index;
            if (index >= 0 && index < array.Count)
            {
                yield return array[index];
            }
        }
    }

    public override string ToString() => $"[{Index.ToString(CultureInfo.InvariantCulture)}]";
}

internal sealed record WildcardStep : PathStep
{
    public override IEnumerable<JsonNode?> From(JsonNode? node, JsonNode? root) => Children(node);

    public override string ToString() => "[*]";
}

internal sealed record SliceStep(int? Start, int? End, int Step) : PathStep
{
    public override IEnumerable<JsonNode?> From(JsonNode? node, JsonNode? root)
    {
        if (node is not JsonArray array)
        {
            yield break;
        }

        var start = Bound(Start ?? 0, array.Count);
        var end = Bound(End ?? array.Count, array.Count);
        for (var i = start; i < end; i += Step)
        {
            yield return array[i];
        }
    }

    public override string ToString() => $"[{Start}:{End}]";

    private static int Bound(int index, int count) => Math.Clamp(index < 0 ? count + index : index, 0, count);
}

internal sealed record UnionStep(IReadOnlyList<PathStep> Steps) : PathStep
{
    public override IEnumerable<JsonNode?> From(JsonNode? node, JsonNode? root) => Steps.SelectMany(step => step.From(node, root));

    public override string ToString() => string.Concat(Steps);
}

/// <summary>Everything below a node, and the node itself.</summary>
internal sealed record DescendStep : PathStep
{
    public override IEnumerable<JsonNode?> From(JsonNode? node, JsonNode? root)
    {
        var pending = new Stack<JsonNode?>([node]);
        while (pending.TryPop(out var next))
        {
            yield return next;
            foreach (var child in Children(next).Reverse().Where(child => child is JsonObject or JsonArray))
            {
                pending.Push(child);
            }
        }
    }

    public override string ToString() => "..";
}

internal sealed record FilterStep(PathCondition Condition) : PathStep
{
    public override IEnumerable<JsonNode?> From(JsonNode? node, JsonNode? root) =>
        Children(node).Where(child => Condition.Holds(child, root));

    public override string ToString() => "[?]";
}

/// <summary>A condition of a filter on the node at hand (<c>@</c>).</summary>
internal abstract record PathCondition
{
    public abstract bool Holds(JsonNode? node, JsonNode? root);
}

internal sealed record AllConditions(IReadOnlyList<PathCondition> Parts) : PathCondition
{
    public override bool Holds(JsonNode? node, JsonNode? root) => Parts.All(part => part.Holds(node, root));
}

internal sealed record AnyCondition(IReadOnlyList<PathCondition> Parts) : PathCondition
{
    public override bool Holds(JsonNode? node, JsonNode? root) => Parts.Any(part => part.Holds(node, root));
}

internal sealed record NotCondition(PathCondition Inner) : PathCondition
{
    public override bool Holds(JsonNode? node, JsonNode? root) => !Inner.Holds(node, root);
}

internal sealed record ExistsCondition(PathOperand Operand) : PathCondition
{
    public override bool Holds(JsonNode? node, JsonNode? root) => Operand.TryGet(node, root, out _);
}

internal sealed record CompareCondition(PathOperand Left, string Operator, PathOperand Right) : PathCondition
{
    public override bool Holds(JsonNode? node, JsonNode? root)
    {
        var hasLeft = Left.TryGet(node, root, out var left);
        var hasRight = Right.TryGet(node, root, out var right);
        if (!hasLeft || !hasRight)
        {
            return Operator == "!=" && hasLeft != hasRight;
        }

        return Operator switch
        {
            "==" => JsonValues.AreEqual(left, right),
            "!=" => !JsonValues.AreEqual(left, right),
            _ => JsonValues.Compare(left, right) is { } order && Operator switch
            {
                "<" => order < 0,
                "<=" => order <= 0,
                ">" => order > 0,
                _ => order >= 0,
            },
        };
    }
}

/// <summary>A side of a comparison: a path from <c>@</c> or <c>$</c>, or a literal.</summary>
internal sealed record PathOperand(JsonPath? Path, bool FromRoot, JsonNode? Literal)
{
    public bool TryGet(JsonNode? node, JsonNode? root, out JsonNode? value)
    {
        if (Path is null)
        {
            value = Literal;
            return true;
        }

        var found = Path.Select(FromRoot ? root : node, root);
        value = found.Count > 0 ? found[0] : null;
        return found.Count > 0;
    }
}

/// <summary>Comparing JSON values as the language does: numbers by value, whatever their text.</summary>
internal static class JsonValues
{
    public static JsonValueKind KindOf(JsonNode? node) => node?.GetValueKind() ?? JsonValueKind.Null;

    /// <summary>The number; null for anything else. Decimal where it fits, since 0.1 shall equal 0.1 whatever it was read as.</summary>
    public static double? Number(JsonNode? node) =>
        KindOf(node) == JsonValueKind.Number ? double.Parse(node!.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture) : null;

    public static string? Text(JsonNode? node) => KindOf(node) == JsonValueKind.String ? node!.GetValue<string>() : null;

    public static bool AreEqual(JsonNode? left, JsonNode? right)
    {
        var kind = KindOf(left);
        if (kind != KindOf(right))
        {
            return false;
        }

        return kind switch
        {
            JsonValueKind.Number => Number(left)!.Value.Equals(Number(right)!.Value),
            JsonValueKind.String => string.Equals(Text(left), Text(right), StringComparison.Ordinal),
            JsonValueKind.Array => left!.AsArray().Count == right!.AsArray().Count
                && left.AsArray().Zip(right.AsArray()).All(pair => AreEqual(pair.First, pair.Second)),
            JsonValueKind.Object => left!.AsObject().Count == right!.AsObject().Count
                && left.AsObject().All(pair => right.AsObject().TryGetPropertyValue(pair.Key, out var other) && AreEqual(pair.Value, other)),
            _ => true,
        };
    }

    /// <summary>The order of two numbers or two strings; null where there is none.</summary>
    public static int? Compare(JsonNode? left, JsonNode? right)
    {
        if (Number(left) is { } x && Number(right) is { } y)
        {
            return x.CompareTo(y);
        }

        return Text(left) is { } a && Text(right) is { } b ? string.CompareOrdinal(a, b) : null;
    }
}
