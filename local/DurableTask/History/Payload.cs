namespace Microsoft.DurableTask.History;

/// <summary>A serialized input, output or event. A large one is stored once, apart from histories, and read when it is looked at.</summary>
sealed class Payload
{
    /// <summary>Longer payloads (in UTF-16 units) are stored apart.</summary>
    public const int InlineLimit = 16 * 1024;

    string? text;
    WeakReference<string>? released;

    Payload(string? text, long reference)
    {
        this.text = text;
        Reference = reference;
    }

    /// <summary>The row where the payload is stored; 0 when it is stored where it is used.</summary>
    public long Reference { get; private set; }

    public bool IsLarge => Reference != 0 || text!.Length > InlineLimit;

    public static Payload? Of(string? text) => text is null ? null : new Payload(text, 0);

    public static Payload Stored(long reference) => new(null, reference);

    public string Read(IPayloadReader reader)
    {
        if (text is { } present)
        {
            return present;
        }

        if (released is null || !released.TryGetTarget(out string? found))
        {
            found = reader.ReadPayload(Reference);
            released = new WeakReference<string>(found);
        }

        return found;
    }

    /// <summary>The same payload for another owner, who stores it for itself.</summary>
    public Payload Copy(IPayloadReader reader) => IsLarge ? Of(Read(reader))! : this;

    /// <summary>Tells where the payload is stored; from then on it is kept in memory only as long as others need it.</summary>
    public void StoredAt(long reference)
    {
        Reference = reference;
        released = new WeakReference<string>(text!);
        text = null;
    }
}

/// <summary>Reads payloads that are stored apart.</summary>
interface IPayloadReader
{
    string ReadPayload(long reference);
}
