using System.Text;

namespace DurableMl.Tests.Support;

/// <summary>Writes protobuf's wire format.</summary>
internal static class Protobuf
{
    public static void Number(this MemoryStream to, int field, ulong value)
    {
        Varint(to, (ulong)(field << 3));
        Varint(to, value);
    }

    public static void Text(this MemoryStream to, int field, string value) => to.Bytes(field, Encoding.UTF8.GetBytes(value));

    public static void Message(this MemoryStream to, int field, MemoryStream value) => to.Bytes(field, value.ToArray());

    public static void Bytes(this MemoryStream to, int field, byte[] value)
    {
        Varint(to, (ulong)((field << 3) | 2));
        Varint(to, (ulong)value.Length);
        to.Write(value);
    }

    private static void Varint(MemoryStream to, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            to.WriteByte((byte)(value | 0x80));
        }

        to.WriteByte((byte)value);
    }
}
