using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using DurableMl.Inference.Protocol;
using DurableMl.Onnx;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;

namespace Inference.Tests.Tensors;

[TestClass]
public sealed class TensorCodingTests
{
    private static readonly Gen<string> AnyType = Gen.Elements(TensorType.ByName.Keys.ToArray());

    private static readonly Gen<long[]> AnyShape = Gen.Choose(0, 4).Select(size => (long)size).ArrayOf().Where(shape => shape.Length <= 4);

    [TestMethod]
    public void Any_tensor_survives_the_way_through_JSON_flat_or_nested() =>
        Prop.ForAll((from type in AnyType from shape in AnyShape from nested in Gen.Elements(true, false) from seed in Gen.Choose(0, int.MaxValue) select (type, shape, nested, seed)).ToArbitrary(), sample =>
        {
            (string type, long[] shape, bool nested, int seed) = sample;
            byte[] data = Data(TensorType.ByName[type], TensorShape.Elements(shape), new Random(seed));
            string json = Render(type, shape, data);
            string request = $$"""{"inputs":[{"name":"x","datatype":"{{type}}","shape":{{JsonSerializer.Serialize(shape)}},"data":{{(nested ? Nest(json, shape) : json)}}}]}""";
            return Parse(Encoding.UTF8.GetBytes(request), null).SequenceEqual(data);
        }).QuickCheckThrowOnFailure();

    [TestMethod]
    public void Any_tensor_survives_the_binary_way_without_being_copied() =>
        Prop.ForAll((from type in AnyType from shape in AnyShape from seed in Gen.Choose(0, int.MaxValue) select (type, shape, seed)).ToArbitrary(), sample =>
        {
            (string type, long[] shape, int seed) = sample;
            byte[] data = Data(TensorType.ByName[type], TensorShape.Elements(shape), new Random(seed));
            byte[] header = Encoding.UTF8.GetBytes($$"""{"inputs":[{"name":"x","datatype":"{{type}}","shape":{{JsonSerializer.Serialize(shape)}},"parameters":{"binary_data_size":{{data.Length}} } }]}""");
            return Parse([.. header, .. data], header.Length).SequenceEqual(data);
        }).QuickCheckThrowOnFailure();

    [TestMethod]
    public void No_bytes_make_the_reader_fail_other_than_by_a_4xx() =>
        Prop.ForAll((from bytes in ArbMap.Default.GeneratorFor<byte[]>() from cut in Gen.Choose(0, 400) from flip in Gen.Choose(0, 400) from value in Gen.Choose(0, 255) select (bytes, cut, flip, value)).ToArbitrary(), sample =>
        {
            // A good request with one byte changed, cut short, and followed by anything.
            byte[] good = Encoding.UTF8.GetBytes("""{"id":"1","parameters":{"binary_data_output":true,"a":[1]},"inputs":[{"name":"x","datatype":"FP32","shape":[2,2],"data":[[1,2],[3,4]]},{"name":"y","datatype":"BYTES","shape":[1],"data":["ü"]}],"outputs":[{"name":"y","parameters":{"binary_data":true}}]}""");
            good[sample.flip % good.Length] = (byte)sample.value;
            byte[] request = [.. good.AsSpan(0, Math.Min(sample.cut, good.Length)), .. sample.bytes];
            try
            {
                Parse(request, null);
                return true;
            }
            catch (InferenceException e)
            {
                return e.Status is >= 400 and < 500;
            }
        }).QuickCheckThrowOnFailure();

    [TestMethod]
    [DataRow("3", 3f)]
    [DataRow("null", float.NaN, DisplayName = "null, by which the others are read token by token too")]
    public void Numbers_are_read_however_JSON_writes_them(string last, float number)
    {
        float[] numbers = [1, -2.5f, -0f, 1e10f, 0.1f, 3e-5f, 16777216, number];

        byte[] read = Parse(OfFloats(8, $"[ 1,-2.5 ,\n-0,\t1E+10,0.1000000000000000055511151231257827, 3e-5,16777217.0, {last} ]"), null);

        CollectionAssert.AreEqual(MemoryMarshal.AsBytes<float>(numbers).ToArray(), read);
    }

    [TestMethod]
    [DataRow("[+1]")]
    [DataRow("[01]")]
    [DataRow("[-]")]
    [DataRow("[1.]")]
    [DataRow("[1.e5]")]
    [DataRow("[.5]")]
    [DataRow("[1e]")]
    [DataRow("[NaN]")]
    [DataRow("[Infinity]")]
    [DataRow("[1e39]")]
    [DataRow("[1,]")]
    [DataRow("[1 2]")]
    [DataRow("[1")]
    public void What_JSON_has_no_number_for_is_refused(string data) =>
        Assert.AreEqual(400, Assert.ThrowsExactly<InferenceException>(() => Parse(OfFloats(1, data), null)).Status);

    [TestMethod]
    public void A_mistake_behind_numbers_is_said_where_it_is()
    {
        byte[] request = Encoding.UTF8.GetBytes("""{"inputs":[{"name":"x","datatype":"FP32","shape":[3],"data":[1.5,2,3]},]}""");

        string where = Assert.Throws<JsonException>(() => JsonDocument.Parse(request)).Message;

        Assert.Contains(where, Assert.ThrowsExactly<InferenceException>(() => Parse(request, null)).Message);
    }

    [TestMethod]
    public void Rows_of_strings_and_numbers_are_cut_where_they_are()
    {
        byte[] strings = Data(TensorType.ByName["BYTES"], 6, new Random(1));
        PooledMemory memory = PooledMemory.Rent(strings.Length);
        strings.CopyTo(memory.Span);
        using var tensor = new Tensor("x", TensorType.ByName["BYTES"], [3, 2], memory, memory.Address, strings.Length);
        using Tensor first = tensor.Rows(0, 1);
        using Tensor rest = tensor.Rows(1, 2);

        CollectionAssert.AreEqual(strings, (byte[])[.. first.Data, .. rest.Data]);
        CollectionAssert.AreEqual(new long[] { 2, 2 }, rest.Shape);
    }

    [TestMethod]
    public void Memory_lives_until_its_last_reference_and_no_longer()
    {
        PooledMemory memory = PooledMemory.Rent(16);
        var tensor = new Tensor("x", TensorType.ByName["UINT8"], [16], memory, memory.Address, 16);
        Tensor shared = tensor.Share();
        tensor.Dispose();
        tensor.Dispose();

        Assert.AreEqual(16, shared.Data.Length);
        shared.Dispose();
        Assert.ThrowsExactly<InvalidOperationException>(memory.Release);
    }

    [TestMethod]
    public void Binary_data_begins_at_an_aligned_address_whatever_the_headers_length()
    {
        for (int header = 0; header < 200; header++)
        {
            PooledMemory memory = PooledMemory.Rent(1000, header);
            Assert.AreEqual(0, (memory.Address + header) % PooledMemory.Alignment);
            memory.Release();
        }
    }

    private static byte[] OfFloats(int count, string data) =>
        Encoding.UTF8.GetBytes($$"""{"inputs":[{"name":"x","datatype":"FP32","shape":[{{count}}],"data":{{data}} }]}""");

    private static byte[] Parse(byte[] body, int? jsonLength)
    {
        PooledMemory memory = PooledMemory.Rent(body.Length, jsonLength ?? 0);
        body.CopyTo(memory.Span);
        try
        {
            using InferRequest request = InferRequestReader.Parse(memory, body.Length, jsonLength ?? body.Length, new());
            return request.Inputs.Count > 0 ? request.Inputs[0].Data.ToArray() : [];
        }
        finally
        {
            memory.Release();
        }
    }

    private static byte[] Data(TensorType type, int elements, Random random)
    {
        var data = new MemoryStream();
        Span<byte> element = stackalloc byte[8];
        for (int i = 0; i < elements; i++)
        {
            switch (type.Name)
            {
                case "BYTES":
                    byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => (char)random.Next(1, 0xD7FF))));
                    BinaryPrimitives.WriteInt32LittleEndian(element, text.Length);
                    data.Write(element[..4]);
                    data.Write(text);
                    continue;
                case "BOOL":
                    data.WriteByte((byte)random.Next(2));
                    continue;
                case "FP32":
                    BinaryPrimitives.WriteSingleLittleEndian(element, (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-30, 30))));
                    break;
                case "FP64":
                    BinaryPrimitives.WriteDoubleLittleEndian(element, (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-300, 300)));
                    break;
                case "FP16":
                    BinaryPrimitives.WriteHalfLittleEndian(element, (Half)(random.NextDouble() * 1000));
                    break;
                case "BF16":
                    BinaryPrimitives.WriteUInt16LittleEndian(element, ((Microsoft.ML.OnnxRuntime.BFloat16)((float)random.NextDouble() * 1000)).value);
                    break;
                default:
                    random.NextBytes(element);
                    break;
            }

            data.Write(element[..type.Size]);
        }

        return data.ToArray();
    }

    /// <summary>The JSON that the server itself writes for a tensor.</summary>
    private static string Render(string type, long[] shape, byte[] data)
    {
        var context = new DefaultHttpContext();
        var body = new MemoryStream();
        context.Response.Body = body;
        PooledMemory memory = PooledMemory.Rent(data.Length);
        data.CopyTo(memory.Span);
        using var response = new InferResponse("m", "1", "r", [new("y", TensorType.ByName[type], shape, memory, memory.Address, data.Length)]);
        InferResponseWriter.WriteAsync(context.Response, new InferRequest(), response, default).AsTask().GetAwaiter().GetResult();
        return JsonDocument.Parse(body.ToArray()).RootElement.GetProperty("outputs")[0].GetProperty("data").GetRawText();
    }

    private static string Nest(string flat, long[] shape)
    {
        Queue<string> elements = new(JsonDocument.Parse(flat).RootElement.EnumerateArray().Select(element => element.GetRawText()));
        return shape.Length == 0 ? flat : Level(0);

        string Level(int dimension) => dimension == shape.Length
            ? elements.Dequeue()
            : "[" + string.Join(',', Enumerable.Range(0, (int)shape[dimension]).Select(_ => Level(dimension + 1))) + "]";
    }
}
