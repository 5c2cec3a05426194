using System.Text.Json;

namespace DurableMl.Inference.Protocol;

/// <summary>A request's JSON, read forwards once, with errors that name the field.</summary>
internal ref struct RequestJson
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 64 };

    // The protocol's own names are not allocated again for each request.
    private static readonly string[] Names =
        ["name", "shape", "datatype", "data", "parameters", "binary_data_size", "binary_data", "binary_data_output", "inputs", "outputs", "id", "classification"];

    /// <summary>Where reading has come to; a field, because the reader is a mutable structure.</summary>
    public Utf8JsonReader Reader;

    private readonly ReadOnlySpan<byte> text;
    private int origin;

    /// <param name="text">The JSON.</param>
    /// <param name="quick">Whether values may be read past the reader, see <see cref="GoOnAfterValue"/>.</param>
    public RequestJson(ReadOnlySpan<byte> text, bool quick)
    {
        this.text = text;
        Reader = new(text, Options);
        IsQuick = quick;
    }

    public bool IsQuick { get; }

    /// <summary>What has not been read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => text[Position..];

    /// <summary>Where reading has come to in the JSON.</summary>
    public readonly int Position => origin + (int)Reader.BytesConsumed;

    /// <summary>Where the current token begins in the JSON.</summary>
    public readonly int TokenStart => origin + (int)Reader.TokenStartIndex;

    /// <summary>Bytes of JSON from the current token on.</summary>
    public readonly int Left => text.Length - TokenStart;

    /// <summary>
    /// Goes on behind a value of so many bytes of <see cref="Rest"/> that was read without the reader. A reader cannot be moved; but one that
    /// reads "null" where the value stands is past it, and what it knows another takes over.
    /// </summary>
    public void GoOnAfterValue(int bytes)
    {
        int position = Position + bytes;
        var standIn = new Utf8JsonReader("null"u8, isFinalBlock: false, Reader.CurrentState);
        standIn.Read();
        Reader = new(text[position..], isFinalBlock: true, standIn.CurrentState);
        origin = position;
    }

    /// <summary>Moves to an object's next property; false at the object's end.</summary>
    public bool NextProperty(out string property)
    {
        property = "";
        if (!Reader.Read() || Reader.TokenType == JsonTokenType.EndObject)
        {
            return false;
        }

        property = Known() ?? Reader.GetString()!;
        return true;
    }

    /// <summary>Moves into an array or object.</summary>
    public void Expect(JsonTokenType token, FieldPath path, string what)
    {
        if (!Reader.Read() || Reader.TokenType != token)
        {
            throw path.Wrong($"is not {what}.");
        }
    }

    public string Text(FieldPath path) =>
        Reader.Read() && Reader.TokenType == JsonTokenType.String ? Reader.GetString()! : throw path.Wrong("is not a string.");

    public bool Boolean(FieldPath path) =>
        Reader.Read() && Reader.TokenType is JsonTokenType.True or JsonTokenType.False
            ? Reader.TokenType == JsonTokenType.True
            : throw path.Wrong("is neither true nor false.");

    /// <summary>A whole number of at least <paramref name="least"/>.</summary>
    public long Whole(FieldPath path, long least, string what) =>
        Reader.Read() && Reader.TokenType == JsonTokenType.Number && Reader.TryGetInt64(out long number) && number >= least
            ? number
            : throw path.Wrong($"is not {what}.");

    private readonly string? Known()
    {
        foreach (string name in Names)
        {
            if (Reader.ValueTextEquals(name))
            {
                return name;
            }
        }

        return null;
    }
}
