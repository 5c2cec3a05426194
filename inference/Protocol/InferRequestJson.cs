using System.Text.Json;
using DurableMl.Inference.Tensors;

namespace DurableMl.Inference.Protocol;

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
                Write(json, input);
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

    private static void Write(Utf8JsonWriter json, TensorValue input)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, input.Name);
        json.WriteString("datatype"u8, input.Type.Name);
        json.WriteStartArray("shape"u8);
        foreach (long size in input.Shape)
        {
            json.WriteNumberValue(size);
        }

        json.WriteEndArray();
        json.WriteStartArray("data"u8);
        using (Tensor tensor = input.ToTensor())
        {
            InferResponseWriter.WriteData(json, tensor, withNaN: true);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
