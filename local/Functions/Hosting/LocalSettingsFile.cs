using System.Text.Json;

namespace DurableMl.Local.Functions;

/// <summary>
/// local.settings.json. As with <c>func start</c> its <c>Values</c> become environment variables of the process, and a variable that is already set wins.
/// </summary>
internal static class LocalSettingsFile
{
    public static void Apply(string scriptRoot)
    {
        string path = Path.Combine(scriptRoot, "local.settings.json");
        if (!File.Exists(path))
        {
            return;
        }

        foreach ((string name, string value) in Read(path))
        {
            if (Environment.GetEnvironmentVariable(name) is null)
            {
                Environment.SetEnvironmentVariable(name, value);
            }
        }
    }

    internal static IEnumerable<KeyValuePair<string, string>> Read(string path)
    {
        JsonDocumentOptions options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(File.ReadAllText(path), options);
        }
        catch (JsonException e)
        {
            throw new InvalidOperationException($"{path} is not valid JSON: {e.Message}", e);
        }

        using (document)
        {
            if (document.RootElement.TryGetProperty("IsEncrypted", out JsonElement encrypted) && encrypted.ValueKind == JsonValueKind.True)
            {
                throw new NotSupportedException($"{path} is encrypted (IsEncrypted): the local Functions host reads plain settings only.");
            }

            List<KeyValuePair<string, string>> values = [];
            if (document.RootElement.TryGetProperty("Values", out JsonElement section) && section.ValueKind == JsonValueKind.Object)
            {
                foreach (JsonProperty value in section.EnumerateObject())
                {
                    // The colon is not portable in variable names; configuration reads both the same.
                    string name = value.Name.Replace(":", "__", StringComparison.Ordinal);
                    values.Add(
                        new(name, value.Value.ValueKind == JsonValueKind.String ? value.Value.GetString()! : value.Value.GetRawText())
                    );
                }
            }

            if (
                document.RootElement.TryGetProperty("ConnectionStrings", out JsonElement connections)
                && connections.ValueKind == JsonValueKind.Object
            )
            {
                values.AddRange(
                    connections
                        .EnumerateObject()
                        .Where(c => c.Value.ValueKind == JsonValueKind.String)
                        .Select(c => KeyValuePair.Create($"ConnectionStrings__{c.Name}", c.Value.GetString()!))
                );
            }

            if (
                document.RootElement.TryGetProperty("Host", out JsonElement host)
                && host.TryGetProperty("LocalHttpPort", out JsonElement port)
            )
            {
                values.Add(new("Functions__Port", port.ValueKind == JsonValueKind.String ? port.GetString()! : port.GetRawText()));
            }

            return values;
        }
    }
}
