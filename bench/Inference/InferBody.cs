using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace DurableMl.Bench.Inference;

/// <summary>The body of one request with one FP32 tensor named <c>image</c>.</summary>
/// <param name="Bytes">The body.</param>
/// <param name="HeaderLength">Bytes of JSON in front of binary data; null when all is JSON.</param>
internal sealed record InferBody(byte[] Bytes, int? HeaderLength)
{
    public static InferBody Json(float[] pixels, long[] shape) => new(
        Encoding.UTF8.GetBytes($$"""{"inputs":[{"name":"image","datatype":"FP32","shape":{{JsonSerializer.Serialize(shape)}},"data":{{JsonSerializer.Serialize(pixels)}} }]}"""),
        null);

    public static InferBody Binary(float[] pixels, long[] shape)
    {
        byte[] header = Encoding.UTF8.GetBytes(
            $$"""{"inputs":[{"name":"image","datatype":"FP32","shape":{{JsonSerializer.Serialize(shape)}},"parameters":{"binary_data_size":{{pixels.Length * 4}} } }],"parameters":{"binary_data_output":true} }""");
        return new([.. header, .. MemoryMarshal.AsBytes<float>(pixels)], header.Length);
    }

    public Load To(Uri address) => new(address, Bytes, HeaderLength);
}
