namespace DurableMl.Local.BatchEmulator.Wire;

/// <summary>The properties of what the service answers (outputs.txt): $filter and $select may name these and no others.</summary>
internal static class OutputModels
{
    private static readonly Dictionary<string, Dictionary<string, string?>> Models = Load();

    /// <summary>Checks a path such as <c>executionInfo/exitCode</c>. Names are as lenient about case as the service's.</summary>
    /// <exception cref="BatchException">400: the model has no such property; the nearest place that is known is named.</exception>
    public static void Check(string model, IReadOnlyList<string> path, string parameter, string value)
    {
        var at = (string?)model;
        foreach (var name in path)
        {
            // Below what has no model of its own (a list, a free-form object) nothing is known.
            if (at is null || !Models.TryGetValue(at, out var properties))
            {
                return;
            }

            if (!properties.TryGetValue(name, out var inner))
            {
                throw BatchErrors.InvalidQuery(parameter, value, $"The property '{name}' does not exist on type '{at}'.");
            }

            at = inner;
        }
    }

    private static Dictionary<string, Dictionary<string, string?>> Load()
    {
        using var stream = typeof(OutputModels).Assembly.GetManifestResourceStream("outputs.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#').Select(line => line.Split(' ')).ToDictionary(
            words => words[0],
            words => words.Skip(1).Select(word => word.Split(':')).ToDictionary(pair => pair[0], pair => pair.ElementAtOrDefault(1), StringComparer.OrdinalIgnoreCase));
    }
}
