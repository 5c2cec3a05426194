using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json;
using DurableMl.Cli.Pipelines;

namespace DurableMl.Cli.Inference;

/// <summary>The Open Inference Protocol v2 with its binary tensor extension, for FP32 models on this (little-endian) machine.</summary>
/// <param name="http">A client whose base address is the server.</param>
internal sealed class InferenceClient(HttpClient http)
{
    private const string HeaderLength = "Inference-Header-Content-Length";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Reads a model's metadata.</summary>
    /// <exception cref="CliException">There is no such model.</exception>
    public async Task<ModelMetadata> GetMetadataAsync(string model, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(new Uri($"v2/models/{Uri.EscapeDataString(model)}", UriKind.Relative), cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
        return (await response.Content.ReadFromJsonAsync<ModelMetadata>(Json, cancellationToken))!;
    }

    /// <summary>Sends one FP32 tensor and reads the first output.</summary>
    /// <param name="metadata">The model.</param>
    /// <param name="shape">The tensor's shape.</param>
    /// <param name="values">Its values, row by row.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">The request was refused.</exception>
    public async Task<InferenceResult> InferAsync(ModelMetadata metadata, long[] shape, ReadOnlyMemory<float> values, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"v2/models/{Uri.EscapeDataString(metadata.Name)}/infer") { Content = Content(metadata, shape, values.Span) };
        using var response = await http.SendAsync(request, cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var headerBytes = response.Headers.TryGetValues(HeaderLength, out var lengths) || response.Content.Headers.TryGetValues(HeaderLength, out lengths)
            ? int.Parse(lengths.First(), CultureInfo.InvariantCulture)
            : body.Length;
        return Read(body, headerBytes);
    }

    private static ByteArrayContent Content(ModelMetadata metadata, long[] shape, ReadOnlySpan<float> values)
    {
        var data = MemoryMarshal.AsBytes(values);
        var header = JsonSerializer.SerializeToUtf8Bytes(new
        {
            inputs = new[] { new { name = metadata.Inputs[0].Name, shape, datatype = "FP32", parameters = new { binary_data_size = data.Length } } },
            outputs = new[] { new { name = metadata.Outputs[0].Name, parameters = new { binary_data = true } } },
        });
        var body = new byte[header.Length + data.Length];
        header.CopyTo(body, 0);
        data.CopyTo(body.AsSpan(header.Length));
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.Add(HeaderLength, header.Length.ToString(CultureInfo.InvariantCulture));
        return content;
    }

    private static InferenceResult Read(byte[] body, int headerBytes)
    {
        using var header = JsonDocument.Parse(body.AsMemory(0, headerBytes));
        var version = header.RootElement.TryGetProperty("model_version", out var element) ? element.GetString() : null;
        var output = header.RootElement.GetProperty("outputs")[0];
        var values = output.TryGetProperty("data", out var data)
            ? data.EnumerateArray().Select(value => value.GetSingle()).ToArray()
            : MemoryMarshal.Cast<byte, float>(body.AsSpan(headerBytes)).ToArray();
        return new InferenceResult(version, values);
    }

    private static async Task ThrowIfRefusedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw new CliException(ProblemText.Describe(response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken)));
        }
    }
}
