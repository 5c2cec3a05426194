#nullable enable
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Compute.Batch;

/// <summary>
/// Signs a request with the account's key:
/// <see href="https://learn.microsoft.com/rest/api/batchservice/authenticate-requests-to-the-azure-batch-service"/>.
/// </summary>
internal sealed class SharedKeyPolicy : HttpPipelineSynchronousPolicy
{
    private readonly AzureNamedKeyCredential _credential;
    private readonly TimeProvider _time;

    /// <exception cref="ArgumentException">The key is not base64.</exception>
    public SharedKeyPolicy(AzureNamedKeyCredential credential, TimeProvider time)
    {
        _credential = credential ?? throw new ArgumentNullException(nameof(credential));
        _time = time;
        (_, string key) = credential;
        if (!Convert.TryFromBase64String(key, new byte[key.Length], out _))
        {
            throw new ArgumentException("The account key is not base64: copy it from the keys of the Batch account.", nameof(credential));
        }
    }

    public override void OnSendingRequest(HttpMessage message)
    {
        // Read anew each time, for AzureNamedKeyCredential.Update exchanges the key.
        (string account, string key) = _credential;
        Request request = message.Request;
        request.Headers.SetValue("ocp-date", _time.GetUtcNow().UtcDateTime.ToString("R", CultureInfo.InvariantCulture));
        byte[] signature = HMACSHA256.HashData(Convert.FromBase64String(key), Encoding.UTF8.GetBytes(StringToSign(request, account)));
        request.Headers.SetValue("Authorization", $"SharedKey {account}:{Convert.ToBase64String(signature)}");
    }

    private static string StringToSign(Request request, string account)
    {
        var text = new StringBuilder(request.Method.Method).Append('\n');
        AppendHeader("Content-Encoding");
        AppendHeader("Content-Language");
        text.Append(request.Content is { } content && content.TryComputeLength(out long length) && length > 0 ? length : null).Append('\n');
        AppendHeader("Content-MD5");
        AppendHeader("Content-Type");
        text.Append('\n'); // Date, which ocp-date stands for.
        AppendHeader("If-Modified-Since");
        AppendHeader("If-Match");
        AppendHeader("If-None-Match");
        AppendHeader("If-Unmodified-Since");
        AppendHeader("Range");
        foreach (HttpHeader header in request.Headers
            .Where(header => header.Name.StartsWith("ocp-", StringComparison.OrdinalIgnoreCase))
            .OrderBy(header => header.Name, StringComparer.OrdinalIgnoreCase))
        {
            text.Append(header.Name.ToLowerInvariant()).Append(':').Append(header.Value).Append('\n');
        }

        Uri uri = request.Uri.ToUri();
        text.Append('/').Append(account).Append(uri.AbsolutePath);
        foreach ((string name, string value) in Query(uri).OrderBy(parameter => parameter.Name, StringComparer.Ordinal))
        {
            text.Append('\n').Append(name).Append(':').Append(value);
        }

        return text.ToString();

        void AppendHeader(string name) => text.Append(request.Headers.TryGetValue(name, out string? value) ? value : "").Append('\n');
    }

    private static IEnumerable<(string Name, string Value)> Query(Uri uri)
    {
        foreach (string parameter in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = parameter.IndexOf('=', StringComparison.Ordinal);
            yield return equals < 0
                ? (Decode(parameter).ToLowerInvariant(), "")
                : (Decode(parameter[..equals]).ToLowerInvariant(), Decode(parameter[(equals + 1)..]));
        }
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
