using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using DurableMl.Json;

namespace DurableMl.Orchestrations.Pipelines;

/// <summary>Reads <c>sweep.parameters</c>.</summary>
internal static partial class ParameterReader
{
    private const double MaxInt = 1L << 53;
    private const int MaxSteps = 1_000_000;

    public static Dictionary<string, ParameterDefinition> ReadAll(JsonObjectReader json)
    {
        var parameters = new Dictionary<string, ParameterDefinition>(StringComparer.Ordinal);
        var conditional = new List<(string Name, JsonObjectReader When)>();
        foreach (string name in json.Names.ToArray())
        {
            if (!NamePattern.IsMatch(name))
            {
                json.Refuse(name, "is not a parameter name: letters, digits and '_', at most 64");
            }

            if (json.Object(name) is { } parameter)
            {
                parameters[name] = Read(parameter, out JsonObjectReader? when);
                if (when is not null)
                {
                    conditional.Add((name, when));
                }
            }
        }

        if (parameters.Count > 100)
        {
            json.RefuseSelf($"has {parameters.Count} parameters; at most 100 are allowed");
        }

        foreach ((string name, JsonObjectReader when) in conditional)
        {
            parameters[name] = parameters[name] with { When = Condition(when, name, parameters) };
        }

        foreach ((string name, JsonObjectReader when) in conditional.Where(one => DependsOnItself(one.Name, parameters)))
        {
            when.RefuseSelf($"makes {name} depend on itself");
        }

        return parameters;
    }

    private static ParameterDefinition Read(JsonObjectReader json, out JsonObjectReader? when)
    {
        string type = json.OneOf("type", ["uniform", "logUniform", "int", "quantized", "choice", "fixed"]);
        ParameterDefinition parameter = type switch
        {
            "choice" => new ParameterDefinition(ParameterKind.Choice, 0, 0, Choices(json, "values")),
            "fixed" => new ParameterDefinition(ParameterKind.Fixed, 0, 0, Fixed(json)),
            "int" => Int(json),
            "quantized" => Quantized(json),
            "logUniform" => Range(json, ParameterKind.LogUniform),
            _ => Range(json, ParameterKind.Uniform),
        };
        when = json.Object("when", required: false);
        json.RefuseTheRest();
        return parameter;
    }

    private static ParameterDefinition Range(JsonObjectReader json, ParameterKind kind)
    {
        double limit = kind == ParameterKind.Int ? MaxInt : double.MaxValue;
        double? min = json.Number("min", required: true, -limit, limit);
        double? max = json.Number("max", required: true, -limit, limit);
        if (kind == ParameterKind.LogUniform && min <= 0)
        {
            json.Refuse("min", "must be above 0 for logUniform");
        }

        if (min is { } low && max is { } high)
        {
            if (!(low < high))
            {
                json.Refuse("max", "must be above min");
            }
            else if (!double.IsFinite(high - low))
            {
                json.Refuse("max", "is too far from min: the difference is no double");
            }
        }

        return new ParameterDefinition(kind, min ?? 0, max ?? 1, []);
    }

    private static ParameterDefinition Int(JsonObjectReader json)
    {
        ParameterDefinition range = Range(json, ParameterKind.Int) with { Log = json.Flag("log", fallback: false) };
        foreach ((string name, double value) in ((string, double)[])[("min", range.Min), ("max", range.Max)])
        {
            if (!double.IsInteger(value))
            {
                json.Refuse(name, "must be an integer for type int");
            }
        }

        if (range.Log && range.Min < 1)
        {
            json.Refuse("min", "must be at least 1 for an int with log");
        }

        return range;
    }

    private static ParameterDefinition Quantized(JsonObjectReader json)
    {
        ParameterDefinition range = Range(json, ParameterKind.Quantized);
        if (json.Number("step", required: true) is not { } step)
        {
            return range with { Step = range.Max - range.Min };
        }

        double steps = (range.Max - range.Min) / step;
        if (!(step > 0))
        {
            json.Refuse("step", "must be above 0");
        }
        else if (range.Min < range.Max && (steps > MaxSteps || Math.Abs(steps - Math.Round(steps)) > 1e-6 || Math.Round(steps) < 1))
        {
            json.Refuse("step", steps > MaxSteps
                ? string.Create(CultureInfo.InvariantCulture, $"is too small: at most {MaxSteps} steps may lie between min and max")
                : "must go a whole number of times into max - min, so that max can be drawn too");
        }

        return range with { Step = step };
    }

    private static JsonElement[] Choices(JsonObjectReader json, string name)
    {
        if (json.Element(name, required: true) is not { } values)
        {
            return [];
        }

        if (values.ValueKind != JsonValueKind.Array || values.GetArrayLength() is 0 or > 1000)
        {
            json.Refuse(name, "must be an array of 1 to 1000 values");
            return [];
        }

        JsonElement[] choices = [.. values.EnumerateArray().Select(value => value.Clone())];
        for (int i = 0; i < choices.Length; i++)
        {
            if (!IsScalar(choices[i]))
            {
                json.Refuse(name, string.Create(CultureInfo.InvariantCulture, $"[{i}] must be a number, a string or a boolean"));
            }
        }

        return choices;
    }

    private static JsonElement[] Fixed(JsonObjectReader json)
    {
        if (json.Element("value", required: true) is not { } value)
        {
            return [];
        }

        if (!IsScalar(value))
        {
            json.Refuse("value", "must be a number, a string or a boolean");
        }

        return [value.Clone()];
    }

    private static Dictionary<string, IReadOnlyList<JsonElement>> Condition(JsonObjectReader json, string name, Dictionary<string, ParameterDefinition> parameters)
    {
        var condition = new Dictionary<string, IReadOnlyList<JsonElement>>(StringComparer.Ordinal);
        foreach (string other in json.Names.ToArray())
        {
            JsonElement given = json.Element(other, required: true)!.Value;
            JsonElement[] wanted = given.ValueKind == JsonValueKind.Array ? Choices(json, other) : [given.Clone()];
            if (!parameters.TryGetValue(other, out ParameterDefinition? definition))
            {
                json.Refuse(other, NearestName.Of(other, parameters.Keys.Where(key => key != name)) is { } meant
                    ? $"is not a parameter of this sweep; did you mean '{meant}'?"
                    : "is not a parameter of this sweep");
            }
            else if (definition.Type is not (ParameterKind.Choice or ParameterKind.Fixed))
            {
                json.Refuse(other, "must be a parameter of type choice or fixed: a condition compares with single values");
            }
            else if (wanted.FirstOrDefault(value => !definition.Values.Any(one => JsonElement.DeepEquals(one, value))) is { ValueKind: not JsonValueKind.Undefined } never)
            {
                json.Refuse(other, $"is never {never.GetRawText()}; it is {string.Join(", ", definition.Values.Take(20).Select(value => value.GetRawText()))}");
            }
            else
            {
                condition[other] = wanted;
            }
        }

        if (!json.Names.Any())
        {
            json.RefuseSelf("must name at least one parameter and its value or values, such as {\"optimizer\": \"sgd\"}");
        }

        return condition;
    }

    private static bool DependsOnItself(string name, Dictionary<string, ParameterDefinition> parameters)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>([name]);
        while (open.TryDequeue(out string? one))
        {
            foreach (string other in parameters[one].When?.Keys ?? [])
            {
                if (reached.Add(other))
                {
                    open.Enqueue(other);
                }
            }
        }

        return reached.Contains(name);
    }

    private static bool IsScalar(JsonElement value) =>
        value.ValueKind is JsonValueKind.Number or JsonValueKind.String or JsonValueKind.True or JsonValueKind.False;

    [GeneratedRegex("^[A-Za-z0-9_]{1,64}\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamePattern { get; }
}
