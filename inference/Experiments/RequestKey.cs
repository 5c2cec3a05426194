using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DurableMl.Inference.Experiments;

/// <summary>A request's id by its SHA-256: of one size whatever the caller chose, and fit for a blob's name.</summary>
internal readonly record struct RequestKey(UInt128 First, UInt128 Last)
{
    private const int Digits = 2 * SHA256.HashSizeInBytes;

    public static RequestKey Of(string id)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(id), hash);
        return new(BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out RequestKey key)
    {
        key = default;
        if (text.Length != Digits
            || !UInt128.TryParse(text[..(Digits / 2)], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 first)
            || !UInt128.TryParse(text[(Digits / 2)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 last))
        {
            return false;
        }

        key = new(first, last);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{First:x32}{Last:x32}");
}
