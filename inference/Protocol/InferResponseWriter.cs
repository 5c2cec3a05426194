using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using DurableMl.Inference.Tensors;
using DurableMl.Inference.Values;
using Microsoft.AspNetCore.Http;

namespace DurableMl.Inference.Protocol;

/// <summary>Writes inference responses: JSON, or a JSON header followed by tensors sent from where ONNX Runtime left them.</summary>
internal static class InferResponseWriter
{
    private const int ChunkBytes = 256 << 10;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static async ValueTask WriteAsync(HttpResponse http, InferRequest request, InferResponse response, CancellationToken cancellationToken)
    {
        Classification.Apply(request, response);
        var header = new ArrayBufferWriter<byte>(512);
        bool[] binary = new bool[response.Outputs.Count];
        for (int i = 0; i < binary.Length; i++)
        {
            binary[i] = IsBinary(request, response.Outputs[i].Name);
        }

        long binaryLength = WriteHeader(header, request, response, binary);
        http.StatusCode = 200;
        http.ContentLength = header.WrittenCount + binaryLength;
        http.Headers["Inference-Model-Version"] = response.Version;
        http.Headers["Inference-Route"] = response.Route;
        if (binary.AsSpan().Contains(true))
        {
            http.ContentType = "application/octet-stream";
            http.Headers[InferRequestBody.HeaderLength] = header.WrittenCount.ToString(CultureInfo.InvariantCulture);
        }
        else
        {
            http.ContentType = "application/json";
        }

        PipeWriter body = http.BodyWriter;
        body.Write(header.WrittenSpan);
        for (int i = 0; i < binary.Length; i++)
        {
            for (int sent = 0; binary[i] && sent < response.Outputs[i].Length; sent += ChunkBytes)
            {
                Tensor output = response.Outputs[i];
                body.Write(output.Data.Slice(sent, Math.Min(ChunkBytes, output.Length - sent)));
                if (output.Length > ChunkBytes)
                {
                    await body.FlushAsync(cancellationToken);
                }
            }
        }

        await body.FlushAsync(cancellationToken);
    }

    private static bool IsBinary(InferRequest request, string output)
    {
        RequestedOutput? found = null;
        for (int i = 0; i < (request.Outputs?.Count ?? 0); i++)
        {
            RequestedOutput requested = request.Outputs![i];
            if (requested.Name == output)
            {
                return requested.Binary ?? request.BinaryOutputs;
            }

            // Whoever asks for a sequence or map asks for the tensors that carry it.
            found = PartName.IsOf(output, requested.Name) ? requested : found;
        }

        return found?.Binary ?? request.BinaryOutputs;
    }

    private static long WriteHeader(ArrayBufferWriter<byte> buffer, InferRequest request, InferResponse response, bool[] binary)
    {
        long binaryLength = 0;
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        json.WriteString("model_name"u8, response.Model);
        json.WriteString("model_version"u8, response.Version);
        if (request.Id is not null)
        {
            json.WriteString("id"u8, request.Id);
        }

        json.WriteStartObject("parameters"u8);
        json.WriteString("route"u8, response.Route);
        json.WriteEndObject();
        json.WriteStartArray("outputs"u8);
        for (int i = 0; i < binary.Length; i++)
        {
            Tensor output = response.Outputs[i];
            json.WriteStartObject();
            json.WriteString("name"u8, output.Name);
            json.WriteString("datatype"u8, output.Type.Name);
            json.WriteStartArray("shape"u8);
            foreach (long dimension in output.Shape)
            {
                json.WriteNumberValue(dimension);
            }

            json.WriteEndArray();
            if (binary[i])
            {
                json.WriteStartObject("parameters"u8);
                json.WriteNumber("binary_data_size"u8, output.Length);
                json.WriteEndObject();
                binaryLength += output.Length;
            }
            else
            {
                json.WriteStartArray("data"u8);
                WriteData(json, output);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        return binaryLength;
    }

    /// <summary>The elements of an array, flat.</summary>
    /// <param name="json">Receives them.</param>
    /// <param name="output">The tensor.</param>
    /// <param name="withNaN">Whether NaN is written as null, as requests have it; otherwise it is refused.</param>
    /// <exception cref="InferenceException">422: JSON cannot carry an element.</exception>
    internal static void WriteData(Utf8JsonWriter json, Tensor output, bool withNaN = false)
    {
        ReadOnlySpan<byte> data = output.Data;
        switch (output.Type.Name)
        {
            case "FP32":
                foreach (float value in MemoryMarshal.Cast<byte, float>(data))
                {
                    if (withNaN && float.IsNaN(value))
                    {
                        json.WriteNullValue();
                        continue;
                    }

                    json.WriteNumberValue(float.IsFinite(value) ? value : throw NotFinite(output));
                }

                break;
            case "FP64":
                foreach (double value in MemoryMarshal.Cast<byte, double>(data))
                {
                    if (withNaN && double.IsNaN(value))
                    {
                        json.WriteNullValue();
                        continue;
                    }

                    json.WriteNumberValue(double.IsFinite(value) ? value : throw NotFinite(output));
                }

                break;
            case "FP16":
                foreach (Half value in MemoryMarshal.Cast<byte, Half>(data))
                {
                    if (withNaN && Half.IsNaN(value))
                    {
                        json.WriteNullValue();
                        continue;
                    }

                    json.WriteNumberValue(Half.IsFinite(value) ? (float)value : throw NotFinite(output));
                }

                break;
            case "INT64":
                foreach (long value in MemoryMarshal.Cast<byte, long>(data))
                {
                    json.WriteNumberValue(value);
                }

                break;
            case "INT32":
                foreach (int value in MemoryMarshal.Cast<byte, int>(data))
                {
                    json.WriteNumberValue(value);
                }

                break;
            case "INT16":
                foreach (short value in MemoryMarshal.Cast<byte, short>(data))
                {
                    json.WriteNumberValue(value);
                }

                break;
            case "INT8":
                foreach (byte value in data)
                {
                    json.WriteNumberValue((sbyte)value);
                }

                break;
            case "UINT64":
                foreach (ulong value in MemoryMarshal.Cast<byte, ulong>(data))
                {
                    json.WriteNumberValue(value);
                }

                break;
            case "UINT32":
                foreach (uint value in MemoryMarshal.Cast<byte, uint>(data))
                {
                    json.WriteNumberValue(value);
                }

                break;
            case "UINT16":
                foreach (ushort value in MemoryMarshal.Cast<byte, ushort>(data))
                {
                    json.WriteNumberValue(value);
                }

                break;
            case "UINT8":
                foreach (byte value in data)
                {
                    json.WriteNumberValue(value);
                }

                break;
            case "BOOL":
                foreach (byte value in data)
                {
                    json.WriteBooleanValue(value != 0);
                }

                break;
            case "BYTES":
                WriteStrings(json, output, data);
                break;
            default:
                SmallNumberJson.Write(json, output);
                break;
        }
    }

    private static void WriteStrings(Utf8JsonWriter json, Tensor output, ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(data);
            try
            {
                json.WriteStringValue(StrictUtf8.GetString(data.Slice(sizeof(int), length)));
            }
            catch (DecoderFallbackException)
            {
                throw new InferenceException(422, $"Output '{output.Name}' holds bytes that are not UTF-8, which JSON cannot carry. Ask for it with binary_data.");
            }

            data = data[(sizeof(int) + length)..];
        }
    }

    internal static InferenceException NotFinite(Tensor output) =>
        new(422, $"Output '{output.Name}' holds NaN or infinity, which JSON cannot carry. Ask for it with binary_data.");
}
