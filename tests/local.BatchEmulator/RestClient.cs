using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace BatchEmulator.Tests;

/// <summary>A bare client of the REST API, signed by the documented rules and by none of the emulator's code.</summary>
internal sealed class RestClient(string url, string account, string key) : IDisposable
{
    private readonly HttpClient http = new() { Timeout = Patience.Limit };

    public string Version { get; set; } = "2025-06-01";

    public async Task<(HttpStatusCode Status, JsonObject Body, HttpResponseMessage Response)> SendAsync(
        string method, string path, JsonNode? body = null, params (string Name, string Value)[] headers)
    {
        var response = await SendRawAsync(method, path, body, headers);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : [], response);
    }

    /// <summary>The body of a successful answer.</summary>
    public async Task<JsonObject> OkAsync(string method, string path, JsonNode? body = null, params (string Name, string Value)[] headers)
    {
        var (status, json, _) = await SendAsync(method, path, body, headers);
        Assert.IsTrue((int)status is >= 200 and < 300, $"{method} {path}: {(int)status} {json.ToJsonString()}");
        return json;
    }

    /// <summary>The code of a failure that is expected.</summary>
    public async Task<string> FailsAsync(HttpStatusCode expected, string method, string path, JsonNode? body = null, params (string Name, string Value)[] headers)
    {
        var (status, json, _) = await SendAsync(method, path, body, headers);
        Assert.AreEqual(expected, status, $"{method} {path}: {json.ToJsonString()}");
        return (string?)json["code"] ?? "";
    }

    public async Task<string> TextAsync(string path)
    {
        var response = await SendRawAsync("GET", path);
        Assert.AreEqual(HttpStatusCode.OK, response.StatusCode, path + await response.Content.ReadAsStringAsync());
        return await response.Content.ReadAsStringAsync();
    }

    public async Task<HttpResponseMessage> SendRawAsync(string method, string path, JsonNode? body = null, params (string Name, string Value)[] headers)
    {
        if (!path.Contains("api-version=", StringComparison.Ordinal) && !path.StartsWith("/admin", StringComparison.Ordinal))
        {
            path += (path.Contains('?') ? "&" : "?") + "api-version=" + Version;
        }

        var uri = new Uri(path.StartsWith("http", StringComparison.Ordinal) ? path : url + path);
        var request = new HttpRequestMessage(new HttpMethod(method), uri);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body.ToJsonString()));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/json; odata=minimalmetadata");
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var date = DateTimeOffset.UtcNow.ToString("R");
        request.Headers.TryAddWithoutValidation("ocp-date", date);
        var query = uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(q => q.Split('=', 2)).Select(q => (Name: Uri.UnescapeDataString(q[0]).ToLowerInvariant(), Value: Uri.UnescapeDataString(q[1])))
            .OrderBy(q => q.Name, StringComparer.Ordinal).Select(q => $"\n{q.Name}:{q.Value}");
        string Header(string name) => headers.FirstOrDefault(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value ?? "";
        var ocp = headers.Select(h => (Name: h.Name.ToLowerInvariant(), h.Value)).Where(h => h.Name.StartsWith("ocp-", StringComparison.Ordinal))
            .Append(("ocp-date", date)).OrderBy(h => h.Item1, StringComparer.Ordinal).Select(h => $"{h.Item1}:{h.Item2}\n");
        var text = $"{method}\n\n\n{request.Content?.Headers.ContentLength}\n\n{request.Content?.Headers.ContentType}\n\n{Header("If-Modified-Since")}\n{Header("If-Match")}\n"
            + $"{Header("If-None-Match")}\n{Header("If-Unmodified-Since")}\n\n{string.Concat(ocp)}/{account}{uri.AbsolutePath}{string.Concat(query)}";
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(key), Encoding.UTF8.GetBytes(text)));
        request.Headers.TryAddWithoutValidation("Authorization", $"SharedKey {account}:{signature}");
        return await http.SendAsync(request);
    }

    public void Dispose() => http.Dispose();
}
