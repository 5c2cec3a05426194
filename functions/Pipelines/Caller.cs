using Microsoft.Azure.Functions.Worker.Http;

namespace DurableMl.Functions.Pipelines;

/// <summary>Who sends a request, where App Service authentication ("Easy Auth") has signed them in.</summary>
internal static class Caller
{
    private const string Enabled = "WEBSITE_AUTH_ENABLED";

    // The name is for people; a service principal has none and is known by its id.
    private static readonly string[] Headers = ["X-MS-CLIENT-PRINCIPAL-NAME", "X-MS-CLIENT-PRINCIPAL-ID"];

    /// <summary>The caller's name or id; null where nobody is signed in.</summary>
    /// <param name="request">The request.</param>
    public static string? Of(HttpRequestData request) => Of(request, Environment.GetEnvironmentVariable(Enabled));

    /// <summary>As above; without authentication anybody could send the headers, with it the platform replaces them.</summary>
    internal static string? Of(HttpRequestData request, string? enabled)
    {
        if (!bool.TryParse(enabled, out bool signedIn) || !signedIn)
        {
            return null;
        }

        foreach (string header in Headers)
        {
            if (request.Headers.TryGetValues(header, out IEnumerable<string>? values) && values.FirstOrDefault(value => value.Length > 0) is { } name)
            {
                return name;
            }
        }

        return null;
    }
}
