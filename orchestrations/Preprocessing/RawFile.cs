using System.Text.Json.Serialization;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>One raw array, as it was when the dataset was planned.</summary>
/// <param name="Container">The blob's container.</param>
/// <param name="Blob">The blob's name.</param>
/// <param name="ETag">Its ETag; a later read of another version fails.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Compressed">Whether it is gzip.</param>
/// <param name="Header">What the array is.</param>
public sealed record RawFile(string Container, string Blob, string ETag, long Bytes, bool Compressed, ArrayHeader Header)
{
    /// <summary>The entry that it is, where the blob is an archive of several arrays (<c>.npz</c>, zip); null: the whole blob.</summary>
    public string? Entry { get; init; }

    /// <summary>Whether it can be read from any place.</summary>
    [JsonIgnore]
    public bool IsPlain => !Compressed && Entry is null;

    /// <summary>Its name, for messages.</summary>
    [JsonIgnore]
    public string Place => Name(Container, Blob, Entry);

    internal static string Name(string container, string blob, string? entry) =>
        entry is null ? $"{container}/{blob}" : $"{container}/{blob}, {entry}";
}
