using System.Text.Json.Nodes;

namespace DurableMl.Local.BatchEmulator.Wire;

/// <summary>Reading optional properties of a checked body.</summary>
internal static class JsonReading
{
    public static string? Text(this JsonObject json, string name) => json[name]?.GetValue<string>();

    public static int? Integer(this JsonObject json, string name) => json[name]?.GetValue<int>();

    public static bool Flag(this JsonObject json, string name, bool otherwise = false) => json[name]?.GetValue<bool>() ?? otherwise;

    public static JsonObject? Object(this JsonObject json, string name) => json[name] as JsonObject;

    public static IEnumerable<JsonObject> Objects(this JsonObject json, string name) =>
        (json[name] as JsonArray)?.OfType<JsonObject>() ?? [];

    public static IEnumerable<string> Texts(this JsonObject json, string name) =>
        (json[name] as JsonArray)?.Select(x => x!.GetValue<string>()) ?? [];

    /// <summary>The duration, or null when absent or unlimited.</summary>
    public static TimeSpan? Duration(this JsonObject json, string name) =>
        json.Text(name) is { } text && Iso8601.TryDuration(text, out var duration) && duration < TimeSpan.FromDays(36500) ? duration : null;

    /// <summary>Sets the property when there is a value.</summary>
    public static void Put(this JsonObject json, string name, JsonNode? value)
    {
        if (value is not null)
        {
            json[name] = value.Parent is null ? value : value.DeepClone();
        }
    }

    /// <summary>Sets the property when there is a time.</summary>
    public static void Put(this JsonObject json, string name, DateTimeOffset? time)
    {
        if (time is { } value)
        {
            json[name] = Iso8601.Time(value);
        }
    }
}
