using System.Text.Json;

namespace DurableMl.Orchestrations.Pipelines;

/// <summary>Reads one entry of <c>sweep.parameters</c>.</summary>
internal static class ParameterReader
{
    private const double MaxInt = 1L << 53;

    public static ParameterDefinition Read(JsonObjectReader json)
    {
        string type = json.OneOf("type", ["uniform", "logUniform", "int", "choice", "fixed"]);
        ParameterDefinition parameter = type switch
        {
            "choice" => new ParameterDefinition(ParameterKind.Choice, 0, 0, Choices(json)),
            "fixed" => new ParameterDefinition(ParameterKind.Fixed, 0, 0, Fixed(json)),
            "int" => Range(json, ParameterKind.Int),
            "logUniform" => Range(json, ParameterKind.LogUniform),
            _ => Range(json, ParameterKind.Uniform),
        };
        json.RefuseTheRest();
        return parameter;
    }

    private static ParameterDefinition Range(JsonObjectReader json, ParameterKind kind)
    {
        double limit = kind == ParameterKind.Int ? MaxInt : double.MaxValue;
        double? min = json.Number("min", required: true, -limit, limit);
        double? max = json.Number("max", required: true, -limit, limit);
        if (kind == ParameterKind.Int)
        {
            RequireWhole(json, "min", min);
            RequireWhole(json, "max", max);
        }

        if (kind == ParameterKind.LogUniform && min <= 0)
        {
            json.Refuse("min", "must be above 0 for logUniform");
        }

        if (min is { } low && max is { } high && !(low < high))
        {
            json.Refuse("max", "must be above min");
        }

        return new ParameterDefinition(kind, min ?? 0, max ?? 1, []);
    }

    private static void RequireWhole(JsonObjectReader json, string name, double? value)
    {
        if (value is { } number && !double.IsInteger(number))
        {
            json.Refuse(name, "must be an integer for type int");
        }
    }

    private static JsonElement[] Choices(JsonObjectReader json)
    {
        if (json.Element("values", required: true) is not { } values)
        {
            return [];
        }

        if (values.ValueKind != JsonValueKind.Array || values.GetArrayLength() is 0 or > 1000)
        {
            json.Refuse("values", "must be an array of 1 to 1000 values");
            return [];
        }

        JsonElement[] choices = [.. values.EnumerateArray().Select(value => value.Clone())];
        for (int i = 0; i < choices.Length; i++)
        {
            if (!IsScalar(choices[i]))
            {
                json.Refuse("values", $"[{i}] must be a number, a string or a boolean");
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

    private static bool IsScalar(JsonElement value) =>
        value.ValueKind is JsonValueKind.Number or JsonValueKind.String or JsonValueKind.True or JsonValueKind.False;
}
