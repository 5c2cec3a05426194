using System.Globalization;
using System.Text.Json;
using DurableMl.Json;

namespace DurableMl.Orchestrations.Pipelines;

/// <summary>The parameters of a sweep as samplers see them: dimensions in an order in which each comes after those that it depends on.</summary>
public sealed class SearchSpace
{
    /// <summary>The space of these parameters.</summary>
    /// <exception cref="ArgumentException">A parameter depends on itself or on one that is not there.</exception>
    public SearchSpace(IReadOnlyDictionary<string, ParameterDefinition> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var ordered = new List<Dimension>(parameters.Count);
        var placed = new HashSet<string>(StringComparer.Ordinal);
        string[] left = [.. parameters.Keys.Order(StringComparer.Ordinal)];
        while (left.Length > 0)
        {
            string[] ready = [.. left.Where(name => parameters[name].When is not { } when || when.Keys.All(placed.Contains))];
            if (ready.Length == 0)
            {
                throw new ArgumentException($"The conditions of {string.Join(", ", left)} cannot be met.", nameof(parameters));
            }

            ordered.AddRange(ready.Select(name => new Dimension(name, parameters[name])));
            placed.UnionWith(ready);
            left = [.. left.Except(ready, StringComparer.Ordinal)];
        }

        Dimensions = ordered;
    }

    /// <summary>All dimensions, those of <c>fixed</c> among them.</summary>
    public IReadOnlyList<Dimension> Dimensions { get; }

    /// <summary>Whether there are so few points, and more than one, that a sampler may well draw one twice. A parameter that is not everywhere counts as if it were.</summary>
    public bool IsSmall
    {
        get
        {
            double points = Dimensions.Aggregate(1.0, (product, dimension) => product * (dimension.Count ?? double.PositiveInfinity));
            return points is > 1 and <= SamplerDefinition.MostGridPoints;
        }
    }

    /// <summary>A point of the space: <paramref name="value"/> is asked for the value of every dimension whose conditions hold.</summary>
    /// <param name="value">Gives the value of the dimension with this index.</param>
    public IReadOnlyDictionary<string, JsonElement> Point(Func<int, JsonElement> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var point = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        for (int i = 0; i < Dimensions.Count; i++)
        {
            if (Dimensions[i].IsActive(point))
            {
                point[Dimensions[i].Name] = value(i);
            }
        }

        return point;
    }

    /// <summary>What is wrong with values that a person gives for some parameters: one that is not there, or lies outside of the space.</summary>
    /// <param name="given">The values.</param>
    /// <param name="path">Where they stand, as a JSON path.</param>
    public IEnumerable<PipelineError> Check(IReadOnlyDictionary<string, JsonElement> given, string path)
    {
        ArgumentNullException.ThrowIfNull(given);
        foreach ((string name, JsonElement value) in given)
        {
            Dimension? dimension = Dimensions.FirstOrDefault(one => one.Name == name);
            string? reason = dimension is null ? NearestName.Refusal(name, [.. Dimensions.Select(one => one.Name)]) : dimension.Refusal(value);
            if (reason is not null)
            {
                yield return new PipelineError(NearestName.Path(path, name), reason);
            }
            else if (dimension!.Definition.When?.Keys.FirstOrDefault(other => !given.ContainsKey(other)) is { } missing)
            {
                yield return new PipelineError(NearestName.Path(path, missing), $"must be given too: {name} depends on it");
            }
            else if (!dimension.IsActive(given))
            {
                yield return new PipelineError(NearestName.Path(path, name), $"is not there with this {string.Join(" and ", dimension.Definition.When!.Keys)}");
            }
        }
    }

    /// <summary>All points of a space without real numbers, lazily: there may be very many. A parameter that is not there multiplies nothing.</summary>
    public IEnumerable<IReadOnlyDictionary<string, JsonElement>> Points() => Points(new Dictionary<string, JsonElement>(StringComparer.Ordinal), 0);

    private IEnumerable<IReadOnlyDictionary<string, JsonElement>> Points(Dictionary<string, JsonElement> chosen, int from)
    {
        if (from == Dimensions.Count)
        {
            yield return new SortedDictionary<string, JsonElement>(chosen, StringComparer.Ordinal);
            yield break;
        }

        Dimension dimension = Dimensions[from];
        bool active = dimension.IsActive(chosen);
        for (long i = 0; i < (active ? dimension.Count!.Value : 1); i++)
        {
            if (active)
            {
                chosen[dimension.Name] = dimension.Value(i);
            }

            foreach (IReadOnlyDictionary<string, JsonElement> point in Points(chosen, from + 1))
            {
                yield return point;
            }
        }

        chosen.Remove(dimension.Name);
    }
}

/// <summary>One parameter, and how its values lie on the unit interval.</summary>
/// <param name="name">The parameter's name.</param>
/// <param name="definition">The parameter.</param>
public sealed class Dimension(string name, ParameterDefinition definition)
{
    /// <summary>The parameter's name.</summary>
    public string Name { get; } = name;

    /// <summary>The parameter.</summary>
    public ParameterDefinition Definition { get; } = definition;

    /// <summary>How many values there are; null for a real number.</summary>
    public long? Count { get; } = definition.Type switch
    {
        ParameterKind.Int => (long)definition.Max - (long)definition.Min + 1,
        ParameterKind.Quantized => (long)Math.Round((definition.Max - definition.Min) / definition.Step) + 1,
        ParameterKind.Choice or ParameterKind.Fixed => definition.Values.Count,
        _ => null,
    };

    /// <summary>Whether the values have an order, so that near ones are alike.</summary>
    public bool IsOrdered => Definition.Type is not (ParameterKind.Choice or ParameterKind.Fixed);

    private bool IsLog => Definition.Type == ParameterKind.LogUniform || Definition.Log;

    // An integer stands for the numbers that are rounded to it, so that the bounds are as likely as the rest.
    private double Low => Definition.Log ? Definition.Min - 0.5 : Definition.Min;

    private double High => Definition.Log ? Definition.Max + 0.5 : Definition.Max;

    /// <summary>Whether a trial with these values has a value here.</summary>
    /// <param name="point">The values of the dimensions before this one.</param>
    public bool IsActive(IReadOnlyDictionary<string, JsonElement> point)
    {
        ArgumentNullException.ThrowIfNull(point);
        return Definition.When is not { } when
            || when.All(condition => point.TryGetValue(condition.Key, out JsonElement value) && condition.Value.Any(wanted => JsonElement.DeepEquals(wanted, value)));
    }

    /// <summary>Why a value is none that could be drawn here; null where it could.</summary>
    public string? Refusal(JsonElement value)
    {
        if (!IsOrdered)
        {
            return IndexOf(value) >= 0 ? null : $"must be one of {string.Join(", ", Definition.Values.Take(20).Select(one => one.GetRawText()))}, not {value.GetRawText()}";
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out double number) || !(number >= Definition.Min && number <= Definition.Max))
        {
            return string.Create(CultureInfo.InvariantCulture, $"must be a number between {Definition.Min} and {Definition.Max}, not {value.GetRawText()}");
        }

        double step = Definition.Type == ParameterKind.Quantized ? Definition.Step : 1;
        double steps = (number - Definition.Min) / step;
        return Count is null || Math.Abs(steps - Math.Round(steps)) < 1e-6 ? null
            : string.Create(CultureInfo.InvariantCulture, $"must be {Definition.Min}, {Definition.Min + step} and so on to {Definition.Max}, not {value.GetRawText()}");
    }

    /// <summary>The value with this index, from 0 to <see cref="Count"/> - 1.</summary>
    public JsonElement Value(long index) => Definition.Type switch
    {
        ParameterKind.Int => JsonSerializer.SerializeToElement((long)Definition.Min + index),
        // Twelve digits, or 0.1 + 2 · 0.1 would be 0.30000000000000004.
        ParameterKind.Quantized => Number(Definition.Min + (index * Definition.Step), "G12"),
        _ => Definition.Values[(int)index],
    };

    /// <summary>The value at a place of the unit interval.</summary>
    /// <param name="unit">From 0 to 1.</param>
    public JsonElement At(double unit)
    {
        // Six digits are plenty for a search and keep tables and file names readable.
        return Count is { } count ? Value(Index(unit, count)) : Number(Scale(unit), "G6");
    }

    /// <summary>Of parameters with an order, the value that lies nearest to a number.</summary>
    public JsonElement Nearest(double number) => Count is { } count
        ? Value((long)Math.Clamp(Math.Round((number - Definition.Min) / (Definition.Type == ParameterKind.Quantized ? Definition.Step : 1)), 0, count - 1))
        : Number(number, "G6");

    /// <summary>Where a value lies on the unit interval; for one of a countable set, the middle of its <see cref="Cell"/>.</summary>
    public double Unit(JsonElement value)
    {
        if (Count is null)
        {
            return Unscale(value.GetDouble());
        }

        (double low, double high) = Cell(IndexOf(value));
        return (low + high) / 2;
    }

    /// <summary>The index of a value; -1 where it is none of them.</summary>
    public long IndexOf(JsonElement value)
    {
        if (!IsOrdered)
        {
            for (int i = 0; i < Definition.Values.Count; i++)
            {
                if (JsonElement.DeepEquals(Definition.Values[i], value))
                {
                    return i;
                }
            }

            return -1;
        }

        return (long)Math.Round((value.GetDouble() - Definition.Min) / (Definition.Type == ParameterKind.Quantized ? Definition.Step : 1));
    }

    /// <summary>The part of the unit interval that gives the value with this index.</summary>
    public (double Low, double High) Cell(long index) => Definition.Log
        ? (Unscale(Definition.Min + index - 0.5), Unscale(Definition.Min + index + 0.5))
        : ((double)index / Count!.Value, (index + 1.0) / Count.Value);

    /// <summary>The index of the value at a place of the unit interval.</summary>
    public long Index(double unit) => Index(unit, Count ?? throw new InvalidOperationException($"{Name} is a real number."));

    private long Index(double unit, long count) =>
        Math.Clamp(Definition.Log ? (long)Math.Round(Scale(unit) - Definition.Min) : (long)(unit * count), 0, count - 1);

    private double Scale(double unit) => IsLog
        ? Math.Exp(Math.Log(Low) + (unit * (Math.Log(High) - Math.Log(Low))))
        : Low + (unit * (High - Low));

    private double Unscale(double value) => IsLog
        ? (Math.Log(value) - Math.Log(Low)) / (Math.Log(High) - Math.Log(Low))
        : (value - Low) / (High - Low);

    // Rounding must not lead out of the range.
    private JsonElement Number(double value, string format) => JsonSerializer.SerializeToElement(
        Math.Clamp(double.Parse(value.ToString(format, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture), Definition.Min, Definition.Max));
}
