using System.Reflection;
using System.Text.RegularExpressions;

namespace DurableMl.Local.Functions.Storage;

/// <summary>
/// The host's id, under which it keeps receipts and schedules in storage: <c>AzureFunctionsWebHost__hostid</c>, else the program's name, so
/// that another checkout of the app goes on with them.
/// </summary>
internal sealed partial class HostIdentity(IConfiguration configuration)
{
    public string Value { get; } =
        Limit(
            configuration["AzureFunctionsWebHost:hostid"] is { Length: > 0 } configured
                ? configured
                : $"local-{Assembly.GetEntryAssembly()?.GetName().Name}"
        );

    private static string Limit(string id)
    {
        string plain = NotAllowed().Replace(id.ToLowerInvariant(), "-").Trim('-');
        return plain.Length > 32 ? plain[..32].Trim('-') : plain;
    }

    [GeneratedRegex("[^a-z0-9]+", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotAllowed();
}
