using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using DurableMl.Json;
using DurableMl.Registry;

namespace DurableMl.Orchestrations.Pipelines;

/// <summary>
/// Reads a JSON object member by member and notes everything that is wrong instead of stopping at the first error. A member that was
/// read wrongly yields a harmless value, so that reading goes on.
/// </summary>
internal sealed class JsonObjectReader
{
    private readonly JsonElement element;
    private readonly string path;
    private readonly List<PipelineError> errors;
    private readonly HashSet<string> known = new(StringComparer.Ordinal);

    public JsonObjectReader(JsonElement element, string path, List<PipelineError> errors)
    {
        this.path = path;
        this.errors = errors;
        if (element.ValueKind == JsonValueKind.Object)
        {
            this.element = element;
        }
        else
        {
            Error(path, $"must be an object, not {Kind(element)}");
        }
    }

    /// <summary>The names of all members that are there.</summary>
    public IEnumerable<string> Names => IsObject ? element.EnumerateObject().Select(member => member.Name) : [];

    /// <summary>How many errors have been noted in the whole document so far.</summary>
    public int ErrorCount => errors.Count;

    private bool IsObject => element.ValueKind == JsonValueKind.Object;

    public string PathOf(string name) => NearestName.Path(path, name);

    public void Refuse(string name, string reason) => Error(PathOf(name), reason);

    public void RefuseSelf(string reason) => Error(path, reason);

    /// <summary>Notes something wrong with what <see cref="Items"/> gave.</summary>
    public void RefuseAt(string where, string reason) => Error(where, reason);

    public bool Has(string name) => TryGet(name, out _);

    public JsonElement? Element(string name, bool required)
    {
        if (TryGet(name, out JsonElement value))
        {
            return value;
        }

        if (required && IsObject)
        {
            Error(PathOf(name), "is required");
        }

        return null;
    }

    public JsonObjectReader? Object(string name, bool required = true) =>
        Element(name, required) is { } value ? new JsonObjectReader(value, PathOf(name), errors) : null;

    /// <summary>The values of an array of 1 to <paramref name="most"/>, each with its path; of what is no array the value itself.</summary>
    public IReadOnlyList<(JsonElement Value, string Path)> Items(string name, int most, bool required = true)
    {
        if (Element(name, required) is not { } value)
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            return [(value, PathOf(name))];
        }

        if (value.GetArrayLength() is var length && (length == 0 || length > most))
        {
            Error(PathOf(name), string.Create(CultureInfo.InvariantCulture, $"must have 1 to {most} items, not {length}"));
            return [];
        }

        return [.. value.EnumerateArray().Select((item, i) => (item, string.Create(CultureInfo.InvariantCulture, $"{PathOf(name)}[{i}]")))];
    }

    /// <summary>Reads an object that <see cref="Items"/> gave.</summary>
    public JsonObjectReader Within(JsonElement value, string where) => new(value, where, errors);

    public string Text(string name, Regex pattern, string shape, string? fallback = null)
    {
        if (Element(name, required: fallback is null) is not { } value)
        {
            return fallback ?? "";
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            Error(PathOf(name), $"must be a string, not {Kind(value)}");
            return "";
        }

        string text = value.GetString()!;
        if (!pattern.IsMatch(text))
        {
            Error(PathOf(name), $"must be {shape}, not '{Shorten(text)}'");
        }

        return text;
    }

    public string OneOf(string name, IReadOnlyCollection<string> allowed, string? fallback = null)
    {
        if (Element(name, required: fallback is null) is not { } value)
        {
            return fallback ?? allowed.First();
        }

        if (value.ValueKind == JsonValueKind.String && allowed.Contains(value.GetString()!, StringComparer.Ordinal))
        {
            return value.GetString()!;
        }

        string? meant = value.ValueKind == JsonValueKind.String ? NearestName.Of(value.GetString()!, allowed) : null;
        Error(PathOf(name), $"must be one of {string.Join(", ", allowed)}, not {Show(value)}{(meant is null ? "" : $"; did you mean '{meant}'?")}");
        return allowed.First();
    }

    public bool Flag(string name, bool fallback)
    {
        if (Element(name, required: false) is not { } value)
        {
            return fallback;
        }

        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            Error(PathOf(name), $"must be true or false, not {Show(value)}");
            return fallback;
        }

        return value.GetBoolean();
    }

    public long Integer(string name, long min, long max, long? fallback = null)
    {
        if (Element(name, required: fallback is null) is not { } value)
        {
            return fallback ?? min;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out long number))
        {
            Error(PathOf(name), $"must be an integer, not {Show(value)}");
            return min;
        }

        if (number < min || number > max)
        {
            Error(PathOf(name), string.Create(CultureInfo.InvariantCulture, $"must lie between {min} and {max}, not {number}"));
            return min;
        }

        return number;
    }

    public double? Number(string name, bool required, double min = double.MinValue, double max = double.MaxValue)
    {
        if (Element(name, required) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out double number) || !double.IsFinite(number))
        {
            Error(PathOf(name), $"must be a number, not {Show(value)}");
            return null;
        }

        if (number < min || number > max)
        {
            Error(PathOf(name), string.Create(CultureInfo.InvariantCulture, $"must lie between {min} and {max}, not {number}"));
            return null;
        }

        return number;
    }

    /// <summary>An ISO 8601 duration such as <c>PT30M</c>.</summary>
    public TimeSpan Duration(string name, TimeSpan min, TimeSpan max, TimeSpan? fallback = null)
    {
        if (Element(name, required: fallback is null) is not { } value)
        {
            return fallback ?? min;
        }

        TimeSpan duration;
        try
        {
            duration = XmlConvert.ToTimeSpan(value.ValueKind == JsonValueKind.String ? value.GetString()! : "");
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            Error(PathOf(name), $"must be an ISO 8601 duration such as \"PT30M\", not {Show(value)}");
            return min;
        }

        if (duration < min || duration > max)
        {
            Error(PathOf(name), $"must lie between {XmlConvert.ToString(min)} and {XmlConvert.ToString(max)}, not {Show(value)}");
            return min;
        }

        return duration;
    }

    /// <summary>How a model version is served, in the words of the registry.</summary>
    public ServingOptions? Serving(string name)
    {
        if (Element(name, required: false) is not { } value)
        {
            return null;
        }

        ServingOptions? options = ServingOptions.Read(value, PathOf(name), out IReadOnlyList<JsonProblem> problems);
        errors.AddRange(problems.Select(problem => new PipelineError(problem.Path, problem.Reason)));
        return options;
    }

    /// <summary>Notes every member that nothing has asked for.</summary>
    public void RefuseTheRest()
    {
        foreach (string name in Names.Where(name => !known.Contains(name)))
        {
            Error(PathOf(name), NearestName.Refusal(name, known));
        }
    }

    private static string Show(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object or JsonValueKind.Array => Kind(value),
        _ => Shorten(value.GetRawText()),
    };

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        JsonValueKind.Undefined => "nothing",
        _ => "a boolean",
    };

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..57] + "...";

    private bool TryGet(string name, out JsonElement value)
    {
        known.Add(name);
        value = default;
        return IsObject && element.TryGetProperty(name, out value);
    }

    private void Error(string where, string reason) => errors.Add(new PipelineError(where, reason));
}
