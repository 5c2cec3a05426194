using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace DurableMl.Orchestrations.Pipelines;

/// <summary>Where raw data comes from. Several are joined into one dataset.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(BlobSource), "blobs")]
[JsonDerivedType(typeof(WebSource), "web")]
[JsonDerivedType(typeof(FolderSource), "folder")]
public abstract record DatasetSource
{
    /// <summary>What it is called in messages.</summary>
    [JsonIgnore]
    public abstract string Place { get; }

    /// <summary>What several sources are called in messages.</summary>
    public static string PlaceOf(IEnumerable<DatasetSource> sources) => string.Join(", ", sources.Select(source => source.Place));
}

/// <summary>All blobs of a folder.</summary>
/// <param name="Prefix">Container and folder, such as <c>raw/mnist/</c>.</param>
public sealed record BlobSource(string Prefix) : DatasetSource
{
    /// <inheritdoc/>
    public override string Place => Prefix;
}

/// <summary>A file of a web server.</summary>
/// <param name="Url">Its address, <c>https</c>, or <c>http</c> where the settings allow it for the host.</param>
/// <param name="Name">The name that it has as raw data; its ending says what it holds.</param>
/// <param name="Sha256">What it must hash to, in lower-case hexadecimal; null: anything.</param>
public sealed record WebSource(Uri Url, string Name, string? Sha256) : DatasetSource
{
    /// <summary>The address without its query, which may hold a secret.</summary>
    public override string Place => Url.GetLeftPart(UriPartial.Path);
}

/// <summary>All files of a folder that is mounted where the app runs.</summary>
/// <param name="Path">The folder below the mount, ending in '/'.</param>
public sealed record FolderSource(string Path) : DatasetSource
{
    /// <inheritdoc/>
    public override string Place => $"folder {Path}";
}

/// <summary>Reads <c>dataset.source</c>: a text, an object, or an array of them.</summary>
internal static partial class DatasetSourceReader
{
    private const int MostSources = 100;
    private const string FolderShape = "a folder that ends in '/', without parts that begin with a dot";
    private const string NameShape = "a file's name, folders allowed, without parts that begin with a dot";

    public static IReadOnlyList<DatasetSource> Read(JsonObjectReader json)
    {
        DatasetSource[] sources = [.. json.Items("source", MostSources).Select(item => Read(item, json)).OfType<DatasetSource>()];
        if (sources.Distinct().Count() < sources.Length)
        {
            json.Refuse("source", "names the same source twice");
        }

        return sources;
    }

    private static DatasetSource? Read((JsonElement Value, string Path) item, JsonObjectReader json)
    {
        if (item.Value.ValueKind == JsonValueKind.String)
        {
            string text = item.Value.GetString()!;
            if (text.Contains("://", StringComparison.Ordinal))
            {
                return Web(text, null, null, reason => json.RefuseAt(item.Path, reason));
            }

            if (!BlobPattern.IsMatch(text))
            {
                json.RefuseAt(item.Path, $"must be a container and a folder that ends in '/', such as raw/mnist/, or an https address, not '{Shorten(text)}'");
            }

            return new BlobSource(text);
        }

        JsonObjectReader source = json.Within(item.Value, item.Path);
        DatasetSource? read = source.Has("folder")
            ? new FolderSource(source.Text("folder", FolderPattern, FolderShape))
            : Web(
                source.Text("url", AnyText, "an https address"),
                source.Has("name") ? source.Text("name", NamePattern, NameShape) : null,
                source.Has("sha256") ? source.Text("sha256", HashPattern, "a SHA-256 of 64 lower-case hexadecimal digits") : null,
                reason => source.Refuse("url", reason));
        source.RefuseTheRest();
        return read;
    }

    private static WebSource? Web(string text, string? name, string? sha256, Action<string> refuse)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || url.Scheme is not ("https" or "http") || url.UserInfo.Length > 0)
        {
            refuse("must be an https address without a user's name and password");
            return null;
        }

        name ??= Uri.UnescapeDataString(url.Segments[^1]);
        if (!NamePattern.IsMatch(name))
        {
            refuse("does not end in a file's name; give it one: {\"url\": …, \"name\": \"rows.csv\"}");
            return null;
        }

        return new WebSource(url, name, sha256);
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..57] + "...";

    // No dots after a slash, no empty segments, no backslash: nothing that a blob client would normalise into another container.
    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{1,61}[a-z0-9])/([^./\\\\\\p{Cc}][^/\\\\\\p{Cc}]{0,99}/){1,10}\\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BlobPattern { get; }

    [GeneratedRegex("^([^./\\\\\\p{Cc}][^/\\\\\\p{Cc}]{0,99}/){1,10}\\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FolderPattern { get; }

    [GeneratedRegex("^([^./\\\\\\p{Cc}][^/\\\\\\p{Cc}]{0,99}/){0,10}[^./\\\\\\p{Cc}][^/\\\\\\p{Cc}]{0,99}\\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamePattern { get; }

    [GeneratedRegex("^[0-9a-f]{64}\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HashPattern { get; }

    [GeneratedRegex("^.{1,2000}\\z", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AnyText { get; }
}
