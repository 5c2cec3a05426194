using System.Globalization;

namespace DurableMl.Tests.Support;

/// <summary>Types of graph inputs and outputs: ONNX's TypeProto.</summary>
public static class OnnxType
{
    /// <summary>A tensor; a string dimension is symbolic, a number fixed.</summary>
    public static byte[] Tensor(int elementType, params object[] shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        var dimensions = new MemoryStream();
        foreach (object size in shape)
        {
            var dimension = new MemoryStream();
            if (size is string symbol)
            {
                dimension.Text(2, symbol);
            }
            else
            {
                dimension.Number(1, Convert.ToUInt64(size, CultureInfo.InvariantCulture));
            }

            dimensions.Message(1, dimension);
        }

        var tensor = Element(elementType);
        tensor.Message(2, dimensions);
        return Wrap(1, tensor);
    }

    /// <summary>A tensor of any shape.</summary>
    public static byte[] AnyTensor(int elementType) => Wrap(1, Element(elementType));

    /// <summary>A sequence.</summary>
    public static byte[] Sequence(byte[] element)
    {
        var sequence = new MemoryStream();
        sequence.Bytes(1, element);
        return Wrap(4, sequence);
    }

    /// <summary>A map.</summary>
    public static byte[] Map(int keyType, byte[] value)
    {
        MemoryStream map = Element(keyType);
        map.Bytes(2, value);
        return Wrap(5, map);
    }

    /// <summary>A value that may be absent.</summary>
    public static byte[] Optional(byte[] content)
    {
        var optional = new MemoryStream();
        optional.Bytes(1, content);
        return Wrap(9, optional);
    }

    private static MemoryStream Element(int type)
    {
        var message = new MemoryStream();
        message.Number(1, (ulong)type);
        return message;
    }

    private static byte[] Wrap(int kind, MemoryStream content)
    {
        var type = new MemoryStream();
        type.Message(kind, content);
        return type.ToArray();
    }
}
