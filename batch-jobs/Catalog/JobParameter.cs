using System.Globalization;
using System.Text.Json;

namespace DurableMl.BatchJobs.Catalog;

/// <summary>One hyperparameter that a job takes.</summary>
public sealed class JobParameter
{
    /// <summary>The type of its values.</summary>
    public required JobParameterType Type { get; init; }

    /// <summary>The smallest value, itself allowed; null: no bound.</summary>
    public double? Minimum { get; init; }

    /// <summary>The largest value, itself allowed; null: no bound.</summary>
    public double? Maximum { get; init; }

    /// <summary>The only values allowed; null: any.</summary>
    public IReadOnlyList<string>? Values { get; init; }

    /// <summary>
    /// Whether training may go on from a checkpoint with another value than it was made with, as population-based training does. The job refuses such a
    /// checkpoint where any other parameter differs.
    /// </summary>
    public bool Mutable { get; init; }

    /// <summary>What the job takes where a trial does not say.</summary>
    public JsonElement Default { get; init; }

    /// <summary>What it does, in a sentence.</summary>
    public string? Description { get; init; }

    /// <summary>Says why the job would refuse a value, or null if it would take it.</summary>
    public string? Check(JsonElement value)
    {
        var fits = Type switch
        {
            JobParameterType.Number => value.ValueKind == JsonValueKind.Number && double.IsFinite(value.GetDouble()),
            JobParameterType.Integer => value.ValueKind == JsonValueKind.Number && double.IsInteger(value.GetDouble()),
            JobParameterType.String => value.ValueKind == JsonValueKind.String,
            _ => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        };
        if (!fits)
        {
            return $"must be of type {Type.ToString().ToLowerInvariant()}, not {value.GetRawText()}";
        }

        if (Values is not null && !Values.Contains(value.ToString()))
        {
            return $"must be one of {string.Join(", ", Values)}, not {value}";
        }

        if (value.ValueKind == JsonValueKind.Number && (value.GetDouble() < (Minimum ?? double.MinValue) || value.GetDouble() > (Maximum ?? double.MaxValue)))
        {
            return string.Create(CultureInfo.InvariantCulture, $"must lie in [{Minimum ?? double.NegativeInfinity}, {Maximum ?? double.PositiveInfinity}], not {value}");
        }

        return null;
    }
}
