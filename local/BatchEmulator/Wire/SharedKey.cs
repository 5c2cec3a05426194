using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace DurableMl.Local.BatchEmulator.Wire;

/// <summary>Checks the SharedKey signature of requests.</summary>
internal sealed class SharedKey
{
    // The service's: requests older than this are refused.
    private static readonly TimeSpan LargestSkew = TimeSpan.FromMinutes(15);

    private readonly string account;
    private readonly byte[] key;

    public SharedKey(string account, string base64Key)
    {
        this.account = account;
        try
        {
            key = Convert.FromBase64String(base64Key);
        }
        catch (FormatException e)
        {
            throw new InvalidOperationException("BatchEmulator:AccountKey is not base64.", e);
        }
    }

    /// <summary>Returns when the request is signed with the account's key.</summary>
    /// <exception cref="BatchException">401 or 403, with what is wrong.</exception>
    public void Check(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        if (!authorization.StartsWith("SharedKey ", StringComparison.OrdinalIgnoreCase))
        {
            throw new BatchException(401, "AuthenticationFailed",
                authorization.Length == 0 ? "The request carries no Authorization header." : "The Batch emulator takes the SharedKey scheme only.");
        }

        var parts = authorization["SharedKey ".Length..].Trim().Split(':', 2);
        if (parts.Length != 2)
        {
            throw new BatchException(400, "InvalidAuthenticationInfo", "The authentication information was not provided in the correct format.");
        }

        if (parts[0] != account)
        {
            throw Failed($"The account '{parts[0]}' is not the one the emulator serves.");
        }

        // The wall clock, whatever clock the emulator runs on: the client knows only this one.
        var date = request.Headers["ocp-date"].Count > 0 ? request.Headers["ocp-date"].ToString() : request.Headers.Date.ToString();
        if (!DateTimeOffset.TryParse(date, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var sent)
            || (TimeProvider.System.GetUtcNow() - sent).Duration() > LargestSkew)
        {
            throw Failed("The ocp-date header is missing or more than 15 minutes away from now.");
        }

        var given = Encoding.UTF8.GetBytes(parts[1]);
        if (!Signatures(request).Any(s => CryptographicOperations.FixedTimeEquals(given, s)))
        {
            throw Failed("The signature does not match the request.");
        }
    }

    private static BatchException Failed(string reason) => new(403, "AuthenticationFailed",
        "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.", ("AuthenticationErrorDetail", reason));

    /// <summary>Clients differ in whether an empty body's length is signed as 0 and whether query names are lowered: each way is good.</summary>
    private IEnumerable<byte[]> Signatures(HttpRequest request)
    {
        var target = request.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var path = target.Split('?')[0];
        var length = request.ContentLength is > 0 ? request.ContentLength.Value.ToString(CultureInfo.InvariantCulture) : "";
        foreach (var signedLength in length.Length > 0 ? new[] { length } : ["", "0"])
        {
            foreach (var lower in (bool[])[true, false])
            {
                foreach (var signedPath in (string[])[path, Uri.UnescapeDataString(path)])
                {
                    yield return Encoding.UTF8.GetBytes(Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(StringToSign(request, signedLength, signedPath, lower)))));
                }
            }
        }
    }

    private string StringToSign(HttpRequest request, string length, string path, bool lower)
    {
        var headers = request.Headers;
        var text = new StringBuilder();
        foreach (var line in (string[])
            [
                request.Method, headers.ContentEncoding.ToString(), headers.ContentLanguage.ToString(), length, headers.ContentMD5.ToString(),
                headers.ContentType.ToString(), headers.Date.ToString(), headers.IfModifiedSince.ToString(), headers.IfMatch.ToString(),
                headers.IfNoneMatch.ToString(), headers.IfUnmodifiedSince.ToString(), headers.Range.ToString(),
            ])
        {
            text.Append(line).Append('\n');
        }

        foreach (var (name, value) in headers.Select(h => (Name: h.Key.ToLowerInvariant(), Value: h.Value.ToString()))
            .Where(h => h.Name.StartsWith("ocp-", StringComparison.Ordinal)).OrderBy(h => h.Name, StringComparer.Ordinal))
        {
            text.Append(name).Append(':').Append(value.Trim()).Append('\n');
        }

        text.Append('/').Append(account).Append(path);
        foreach (var (name, value) in request.Query.Select(q => (Name: lower ? q.Key.ToLowerInvariant() : q.Key, Value: q.Value.ToString()))
            .OrderBy(q => q.Name, StringComparer.Ordinal))
        {
            text.Append('\n').Append(name).Append(':').Append(value);
        }

        return text.ToString();
    }
}
