using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DurableMl.Local.Functions.Http;

/// <summary>
/// The keys that callers present: the master key, the host's default key, a default key for each function and keys of extensions.
/// Made when first asked for, and kept in <c>keys.json</c> in the host's state folder, readable by its owner only.
/// </summary>
internal sealed class FunctionKeys(HostSettings settings)
{
    private readonly Lock gate = new();
    private Dictionary<string, string>? keys;

    /// <summary>Opens everything.</summary>
    public string Master => Get("master");

    /// <summary>Opens every function.</summary>
    public string Host => Get("host/default");

    /// <summary>Opens one function.</summary>
    public string Function(string name) => Get($"functions/{name.ToLowerInvariant()}");

    /// <summary>Opens an extension's web hooks.</summary>
    public string System(string name) => Get($"system/{name}");

    /// <summary>Whether a caller's key is one of those that open something. Takes the same time wherever they differ.</summary>
    public static bool Matches(string presented, params ReadOnlySpan<string> accepted)
    {
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes(presented));
        bool matches = false;
        foreach (string key in accepted)
        {
            matches |= CryptographicOperations.FixedTimeEquals(digest, SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        }

        return matches;
    }

    private string Get(string name)
    {
        lock (gate)
        {
            string file = Path.Combine(settings.StateFolder, "keys.json");
            keys ??= File.Exists(file) ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(file))! : [];
            if (!keys.TryGetValue(name, out string? key))
            {
                keys[name] = key = Convert
                    .ToBase64String(RandomNumberGenerator.GetBytes(40))
                    .Replace('+', '-')
                    .Replace('/', '_')
                    .TrimEnd('=');
                Save(file, keys);
            }

            return key;
        }
    }

    private static void Save(string file, Dictionary<string, string> keys)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        string part = file + ".part";
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (FileStream stream = new(part, options))
        {
            JsonSerializer.Serialize(stream, keys, new JsonSerializerOptions { WriteIndented = true });
        }

        File.Move(part, file, overwrite: true);
    }
}
