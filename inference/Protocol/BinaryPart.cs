using System.Buffers.Binary;

namespace DurableMl.Inference.Protocol;

/// <summary>The tensors that follow a request's JSON, taken one after the other where the body was received.</summary>
internal ref struct BinaryPart(PooledMemory memory, int start, int end)
{
    private const string SizeField = "parameters.binary_data_size";
    private int taken = 0;

    /// <summary>The next <paramref name="size"/> bytes as a tensor, which adds a reference to the body.</summary>
    public Tensor Take(string name, TensorType type, long[] shape, long size, int index)
    {
        if (size < 0 || size > end - start - taken)
        {
            throw InferenceException.Input(index, SizeField, $"{size} bytes are announced, but only {end - start - taken} are left behind the JSON, which ends where the header {RequestBody.HeaderLength} says.");
        }

        Check(memory.Span.Slice(start + taken, (int)size), type, shape, index, SizeField);
        memory.AddReference();
        var tensor = new Tensor(name, type, shape, memory, memory.Address + start + taken, (int)size);
        taken += (int)size;
        return tensor;
    }

    public readonly void RequireEnd()
    {
        if (start + taken != end)
        {
            throw new InferenceException(400, $"The body has {end - start} bytes of binary data, but the inputs' binary_data_size add up to {taken}.");
        }
    }

    /// <summary>Checks that bytes are what a type and shape need.</summary>
    /// <exception cref="InferenceException">400: they are not.</exception>
    public static void Check(ReadOnlySpan<byte> data, TensorType type, long[] shape, int index, string sizeField)
    {
        int elements = TensorShape.Elements(shape);
        if (elements < 0)
        {
            throw InferenceException.Input(index, "shape", $"{TensorShape.Text(shape)} has more elements than a tensor may have.");
        }

        if (!type.IsBytes && data.Length != (long)elements * type.Size)
        {
            throw InferenceException.Input(index, sizeField, $"{data.Length} bytes are not the {(long)elements * type.Size} that shape {TensorShape.Text(shape)} of {type.Name} takes.");
        }

        if (type.IsBytes)
        {
            CheckStrings(data, elements, index);
        }
        else if (type.Name == "BOOL" && data.IndexOfAnyExceptInRange((byte)0, (byte)1) is >= 0 and int bad)
        {
            throw InferenceException.Input(index, $"data[{bad}]", $"{data[bad]} is not a BOOL value; use 0 or 1.");
        }
    }

    private static void CheckStrings(ReadOnlySpan<byte> data, int elements, int index)
    {
        int seen = 0;
        while (data.Length >= sizeof(int) && seen < elements)
        {
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(data);
            if (size > data.Length - sizeof(int))
            {
                throw InferenceException.Input(index, $"data[{seen}]", $"says {size} bytes, but {data.Length - sizeof(int)} are left.");
            }

            data = data[(sizeof(int) + (int)size)..];
            seen++;
        }

        if (seen != elements || !data.IsEmpty)
        {
            throw InferenceException.Input(index, "data", $"does not hold exactly the {elements} BYTES elements of the shape.");
        }
    }
}
