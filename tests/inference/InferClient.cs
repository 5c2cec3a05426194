using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Inference.Tests;

/// <summary>Sends Open Inference Protocol requests the way any client would: plain HTTP.</summary>
internal static class InferClient
{
    public static async Task<(int Status, JsonNode Body, HttpResponseMessage Response)> PostJsonAsync(this HttpClient client, string path, string json)
    {
        HttpResponseMessage response = await client.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"));
        string text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, JsonNode.Parse(text)!, response);
    }

    public static async Task<(int Status, JsonNode Body)> GetJsonAsync(this HttpClient client, string path)
    {
        HttpResponseMessage response = await client.GetAsync(path);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    /// <summary>Sends a header object and binary tensors; gives the response's header object and binary part.</summary>
    public static async Task<(int Status, JsonNode Header, byte[] Binary)> PostBinaryAsync(this HttpClient client, string path, string header, byte[] tensors)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        var content = new ByteArrayContent([.. json, .. tensors]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.Add("Inference-Header-Content-Length", $"{json.Length}");
        HttpResponseMessage response = await client.PostAsync(path, content);
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        int length = response.Headers.TryGetValues("Inference-Header-Content-Length", out var values)
            || response.Content.Headers.TryGetValues("Inference-Header-Content-Length", out values) ? int.Parse(values.Single()) : body.Length;
        return ((int)response.StatusCode, JsonNode.Parse(body.AsSpan(0, length))!, body[length..]);
    }

    public static byte[] Bytes<T>(params T[] values)
        where T : unmanaged => MemoryMarshal.AsBytes<T>(values).ToArray();

    public static string Floats(string name, long[] shape, params float[] data) => Request(name, "FP32", shape, JsonSerializer.Serialize(data));

    public static string Request(string name, string datatype, long[] shape, string data, string rest = "") =>
        $$"""{"inputs":[{"name":"{{name}}","datatype":"{{datatype}}","shape":[{{string.Join(",", shape)}}],"data":{{data}}}]{{rest}}}""";

    public static float[] Output(this JsonNode body, int index = 0) => body["outputs"]![index]!["data"]!.AsArray().Select(v => (float)v!).ToArray();

    public static string Error(this JsonNode body) => (string)body["error"]!;
}
