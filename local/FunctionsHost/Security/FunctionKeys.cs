using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Azure.WebJobs.Extensions.Http;

namespace DurableMl.FunctionsHost.Security;

/// <summary>
/// The keys that functions ask for, as in Azure: a master key, a key for all functions, one for each function, and one for each extension's
/// endpoints. They are made when first needed and kept in a file that only its owner can read.
/// </summary>
internal sealed class FunctionKeys
{
    private const string Header = "x-functions-key";
    private const string Query = "code";
    private const string Default = "default";
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly string _path;
    private readonly bool _enabled;
    private readonly Lock _gate = new();
    private readonly Content _content;

    private FunctionKeys(string path, bool enabled, Content content)
    {
        _path = path;
        _enabled = enabled;
        _content = content;
    }

    /// <summary>Opens everything, the endpoints of host and extensions too.</summary>
    public string MasterKey => _content.MasterKey;

    /// <summary>Opens all functions.</summary>
    public string HostKey => _content.FunctionKeys[Default];

    /// <summary>Reads the keys, or makes them.</summary>
    /// <param name="folder">Where the file lies.</param>
    /// <param name="enabled">False: every request is let in.</param>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static FunctionKeys Open(string folder, bool enabled)
    {
        var path = Path.Combine(folder, "keys.json");
        if (File.Exists(path))
        {
            try
            {
                return new FunctionKeys(path, enabled, Read(File.ReadAllText(path)));
            }
            catch (Exception e) when (e is JsonException or FormatException or IOException or UnauthorizedAccessException)
            {
                throw new InvalidDataException($"{path} holds no keys that can be read. Delete it to get new ones. {e.Message}", e);
            }
        }

        var keys = new FunctionKeys(path, enabled, new Content
        {
            MasterKey = NewKey(),
            FunctionKeys = new(StringComparer.OrdinalIgnoreCase) { [Default] = NewKey() },
            SystemKeys = new(StringComparer.OrdinalIgnoreCase),
            Functions = new(StringComparer.OrdinalIgnoreCase),
        });
        keys.Save();
        return keys;
    }

    /// <summary>Whether a request may go on.</summary>
    /// <param name="request">Its key is in the header x-functions-key or the query parameter code.</param>
    /// <param name="level">What is asked for.</param>
    /// <param name="function">The function it is for, or null.</param>
    public bool Allows(HttpRequest request, AuthorizationLevel level, string? function = null)
    {
        if (!_enabled || level == AuthorizationLevel.Anonymous)
        {
            return true;
        }

        return Given(request).Any(given => Same(given, _content.MasterKey) || (level is AuthorizationLevel.Function or AuthorizationLevel.User && OpensFunction(given, function)));
    }

    /// <summary>Whether a request may go to an extension's endpoints.</summary>
    public bool AllowsSystem(HttpRequest request, string name) =>
        !_enabled || Given(request).Any(given => Same(given, _content.MasterKey) || Same(given, SystemKey(name)));

    /// <summary>The key of an extension's endpoints.</summary>
    public string SystemKey(string name) => GetOrAdd(_content.SystemKeys, name);

    /// <summary>The master key and the keys for all functions.</summary>
    public IReadOnlyDictionary<string, string> HostKeys()
    {
        lock (_gate)
        {
            return new Dictionary<string, string>(_content.FunctionKeys, StringComparer.OrdinalIgnoreCase) { ["_master"] = _content.MasterKey };
        }
    }

    /// <summary>The keys of the extensions.</summary>
    public IReadOnlyDictionary<string, string> SystemKeys()
    {
        lock (_gate)
        {
            return new Dictionary<string, string>(_content.SystemKeys, StringComparer.OrdinalIgnoreCase);
        }
    }

    /// <summary>The keys of one function.</summary>
    public IReadOnlyDictionary<string, string> KeysOf(string function)
    {
        lock (_gate)
        {
            if (!_content.Functions.TryGetValue(function, out var keys))
            {
                _content.Functions[function] = keys = new(StringComparer.OrdinalIgnoreCase) { [Default] = NewKey() };
                Save();
            }

            return new Dictionary<string, string>(keys, StringComparer.OrdinalIgnoreCase);
        }
    }

    private static Content Read(string text)
    {
        var read = JsonSerializer.Deserialize<Content>(text, Format);
        return read is not { MasterKey.Length: > 0 } || !read.FunctionKeys.ContainsKey(Default)
            ? throw new FormatException("The master key or the default key is missing.")
            : new Content
            {
                MasterKey = read.MasterKey,
                FunctionKeys = new(read.FunctionKeys, StringComparer.OrdinalIgnoreCase),
                SystemKeys = new(read.SystemKeys, StringComparer.OrdinalIgnoreCase),
                Functions = read.Functions.ToDictionary(
                    function => function.Key,
                    function => new Dictionary<string, string>(function.Value, StringComparer.OrdinalIgnoreCase),
                    StringComparer.OrdinalIgnoreCase),
            };
    }

    /// <summary>
    /// The keys of a request. One that follows a management URL may bring two: the URL's own, and the one that its client sends with everything.
    /// </summary>
    private static IEnumerable<string> Given(HttpRequest request)
    {
        if (request.Headers.TryGetValue(Header, out var header) && header is [{ } inHeader])
        {
            yield return inHeader;
        }

        if (request.Query.TryGetValue(Query, out var query) && query is [{ } inQuery])
        {
            yield return inQuery;
        }
    }

    private bool OpensFunction(string given, string? function)
    {
        lock (_gate)
        {
            return AnyIs(given, _content.FunctionKeys) || (function is not null && _content.Functions.TryGetValue(function, out var own) && AnyIs(given, own));
        }
    }

    // Hashes have one length, so that the comparison says nothing of the key's.
    private static bool Same(string given, string key) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private static bool AnyIs(string given, Dictionary<string, string> keys)
    {
        var found = false;
        foreach (var (_, key) in keys)
        {
            found |= Same(given, key);
        }

        return found;
    }

    private static string NewKey() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(40));

    private string GetOrAdd(Dictionary<string, string> keys, string name)
    {
        lock (_gate)
        {
            if (!keys.TryGetValue(name, out var key))
            {
                keys[name] = key = NewKey();
                Save();
            }

            return key;
        }
    }

    private void Save()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        var written = _path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(written, options))
        {
            JsonSerializer.Serialize(file, _content, Format);
        }

        File.Move(written, _path, overwrite: true);
    }

    private sealed class Content
    {
        public required string MasterKey { get; init; }

        public required Dictionary<string, string> FunctionKeys { get; init; }

        public required Dictionary<string, string> SystemKeys { get; init; }

        public required Dictionary<string, Dictionary<string, string>> Functions { get; init; }
    }
}
