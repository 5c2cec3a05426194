namespace DurableMl.Local.Functions.Invocation;

/// <summary>Builds binding data.</summary>
internal static class BindingDataExtensions
{
    /// <summary>Adds values; a name that is there already is overridden.</summary>
    public static Dictionary<string, object?> With(this Dictionary<string, object?> data, IEnumerable<KeyValuePair<string, object?>> more)
    {
        foreach ((string name, object? value) in more)
        {
            data[name] = value;
        }

        return data;
    }
}
