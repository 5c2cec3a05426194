#nullable enable
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Compute.Batch;

/// <summary>
/// Signs each try of a request with the account's key:
/// <see href="https://learn.microsoft.com/rest/api/batchservice/authenticate-requests-to-the-azure-batch-service"/>.
/// </summary>
internal sealed class SharedKeyPolicy(AzureNamedKeyCredential credential, TimeProvider time) : HttpPipelineSynchronousPolicy
{
    // The standard headers that the signature covers, in its order; Content-Length and Date are not read from the headers.
    private static readonly string[] BeforeLength = ["Content-Encoding", "Content-Language"];
    private static readonly string[] BeforeDate = ["Content-MD5", "Content-Type"];
    private static readonly string[] AfterDate = ["If-Modified-Since", "If-Match", "If-None-Match", "If-Unmodified-Since", "Range"];

    public override void OnSendingRequest(HttpMessage message)
    {
        // Read at every try, so that a key rolled over with AzureNamedKeyCredential.Update is used at once.
        (string account, string key) = credential;
        Request request = message.Request;
        request.Headers.SetValue("ocp-date", time.GetUtcNow().UtcDateTime.ToString("R", CultureInfo.InvariantCulture));
        byte[] signature = HMACSHA256.HashData(Convert.FromBase64String(key), Encoding.UTF8.GetBytes(StringToSign(request, account)));
        request.Headers.SetValue("Authorization", $"SharedKey {account}:{Convert.ToBase64String(signature)}");
    }

    internal static string StringToSign(Request request, string account)
    {
        var text = new StringBuilder(request.Method.Method).Append('\n');
        AppendHeaders(text, request, BeforeLength);
        text.Append(request.Content is { } content && content.TryComputeLength(out long length) && length > 0
            ? length.ToString(CultureInfo.InvariantCulture)
            : "").Append('\n');
        AppendHeaders(text, request, BeforeDate);
        text.Append('\n'); // Date: ocp-date says it.
        AppendHeaders(text, request, AfterDate);
        foreach (HttpHeader header in request.Headers
            .Where(header => header.Name.StartsWith("ocp-", StringComparison.OrdinalIgnoreCase))
            .OrderBy(header => header.Name, StringComparer.OrdinalIgnoreCase))
        {
            text.Append(header.Name.ToLowerInvariant()).Append(':').Append(header.Value).Append('\n');
        }

        Uri uri = request.Uri.ToUri();
        text.Append('/').Append(account).Append(uri.AbsolutePath);
        foreach ((string name, string value) in QueryOf(uri).OrderBy(parameter => parameter.Name, StringComparer.Ordinal))
        {
            text.Append('\n').Append(name.ToLowerInvariant()).Append(':').Append(value);
        }

        return text.ToString();
    }

    private static void AppendHeaders(StringBuilder text, Request request, string[] names)
    {
        foreach (string name in names)
        {
            text.Append(request.Headers.TryGetValue(name, out string? value) ? value : "").Append('\n');
        }
    }

    private static IEnumerable<(string Name, string Value)> QueryOf(Uri uri)
    {
        foreach (string parameter in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = parameter.IndexOf('=', StringComparison.Ordinal);
            yield return equals < 0 ? (Decode(parameter), "") : (Decode(parameter[..equals]), Decode(parameter[(equals + 1)..]));
        }
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
