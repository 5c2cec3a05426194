using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace DurableMl.Inference.Protocol;

/// <summary>Writes inference responses: JSON, or a JSON header followed by tensors sent from where ONNX Runtime left them.</summary>
internal static class InferResponseWriter
{
    private const int ChunkBytes = 256 << 10;

    private static readonly JsonWriterOptions WriterOptions = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async ValueTask WriteAsync(HttpResponse http, InferRequest request, InferResponse response, CancellationToken cancellationToken)
    {
        Classification.Apply(request, response);
        var header = new ArrayBufferWriter<byte>(512);
        bool[] binary = [.. response.Outputs.Select(output => IsBinary(request, output.Name))];
        long binaryLength = WriteHeader(header, request, response, binary);
        http.StatusCode = 200;
        http.ContentLength = header.WrittenCount + binaryLength;
        http.Headers["Inference-Model-Version"] = response.Version;
        http.Headers["Inference-Route"] = response.Route;
        http.ContentType = "application/json";
        if (binary.AsSpan().Contains(true))
        {
            http.ContentType = "application/octet-stream";
            http.Headers[RequestBody.HeaderLength] = header.WrittenCount.ToString(CultureInfo.InvariantCulture);
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
        // Whoever asks for a sequence or map asks for the tensors that carry it.
        RequestedOutput? requested = request.Outputs?.Find(each => each.Name == output) ?? request.Outputs?.Find(each => OutputForm.IsPart(output, each.Name));
        return requested?.Binary ?? request.BinaryOutputs;
    }

    private static long WriteHeader(ArrayBufferWriter<byte> buffer, InferRequest request, InferResponse response, bool[] binary)
    {
        long binaryLength = 0;
        using var json = new Utf8JsonWriter(buffer, WriterOptions);
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
            InferRequestJson.WriteTensor(json, response.Outputs[i], binary[i], withNaN: false);
            binaryLength += binary[i] ? response.Outputs[i].Length : 0;
        }

        json.WriteEndArray();
        json.WriteEndObject();
        return binaryLength;
    }
}

/// <summary>Writes inference requests, as a model's own sample is kept.</summary>
public static class InferRequestJson
{
    /// <summary>A request in JSON that asks for all outputs; null where JSON cannot carry an input: it has no infinity, and text must be UTF-8. NaN is null.</summary>
    /// <param name="inputs">The inputs.</param>
    public static byte[]? Write(IReadOnlyList<TensorValue> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        using var body = new MemoryStream();
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteStartArray("inputs"u8);
        try
        {
            foreach (TensorValue input in inputs)
            {
                using Tensor tensor = input.ToTensor();
                WriteTensor(json, tensor, binary: false, withNaN: true);
            }
        }
        catch (InferenceException e) when (e.Status == 422)
        {
            return null;
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return body.ToArray();
    }

    /// <summary>A tensor as an element of <c>inputs</c> or <c>outputs</c>: with its data, or announced as binary data.</summary>
    internal static void WriteTensor(Utf8JsonWriter json, Tensor tensor, bool binary, bool withNaN)
    {
        WriteHeader(json, tensor);
        if (binary)
        {
            json.WriteStartObject("parameters"u8);
            json.WriteNumber("binary_data_size"u8, tensor.Length);
            json.WriteEndObject();
        }
        else
        {
            json.WriteStartArray("data"u8);
            TensorJson.Write(json, tensor, withNaN);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>Begins a tensor's object with its name, datatype and shape.</summary>
    internal static void WriteHeader(Utf8JsonWriter json, Tensor tensor)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, tensor.Name);
        json.WriteString("datatype"u8, tensor.Type.Name);
        json.WriteStartArray("shape"u8);
        foreach (long dimension in tensor.Shape)
        {
            json.WriteNumberValue(dimension);
        }

        json.WriteEndArray();
    }
}
