using System.Net;
using System.Net.Sockets;

namespace DurableMl.Orchestrations.Preprocessing.Sources;

/// <summary>The settings of sources that are no blobs: what datasets may be fetched from. Nothing is allowed unless it is listed.</summary>
public sealed class SourceOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Sources";

    /// <summary>
    /// Hosts of the internet that files may be fetched from by https: <c>data.example.org</c>, <c>*.example.org</c> for all below it, or <c>*</c>
    /// for all. Each is a numbered setting, such as <c>Sources__Hosts__0</c>. They are reached at public addresses only.
    /// </summary>
    public IList<string> Hosts { get; } = [];

    /// <summary>
    /// Hosts, with a port where only that one is meant, that may also be reached at addresses of private networks, and by http:
    /// <c>Sources__PrivateHosts__0</c>.
    /// </summary>
    public IList<string> PrivateHosts { get; } = [];

    /// <summary>The folder below which mounted data lies, such as a share of Azure Files: <c>Sources__Folder</c>; null: there is none.</summary>
    public string? Folder { get; set; }

    /// <summary>Bytes that a file may have, at least 1: <c>Sources__MaxBytes</c>.</summary>
    public long MaxBytes { get; set; } = 50L << 30;

    /// <summary>Whether a host may be reached at a private address.</summary>
    internal bool IsPrivateAllowed(string host, int port) =>
        PrivateHosts.Any(allowed => Is(allowed, host) || Is(allowed, FormattableString.Invariant($"{host}:{port}")));

    /// <summary>Why nothing may be fetched from an address; null where it may.</summary>
    internal string? Refusal(Uri url)
    {
        if (url.Scheme is not ("https" or "http"))
        {
            return $"the scheme {url.Scheme}";
        }

        return IsPrivateAllowed(url.IdnHost, url.Port) ? null
            : !Hosts.Any(allowed => allowed == "*" || Is(allowed, url.IdnHost)
                || (allowed.StartsWith("*.", StringComparison.Ordinal) && url.IdnHost.EndsWith(allowed[1..], StringComparison.OrdinalIgnoreCase)))
                ? $"the host '{url.IdnHost}', which the setting {Section}__Hosts__0 does not allow"
            : url.Scheme != Uri.UriSchemeHttps ? $"{url.Scheme}, which only hosts of {Section}__PrivateHosts__0 may be reached by"
            : null;
    }

    private static bool Is(string allowed, string host) => string.Equals(allowed, host, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Tells addresses of the public internet from all others: loopback, private, link-local, documentation, multicast and reserved ones.</summary>
internal static class PublicAddress
{
    // RFC 6890 and the IANA special-purpose registries.
    private static readonly IPNetwork[] NotPublic =
    [
        .. ((string[])
        [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "2002::/16",
            "3fff::/20",
        ]).Select(network => IPNetwork.Parse(network)),
    ];

    // What the whole internet routes so far; the rest is local, or leads to IPv4 addresses.
    private static readonly IPNetwork Global = IPNetwork.Parse("2000::/3");

    // Azure's platform services, such as DNS, answer here to every virtual machine.
    private static readonly IPAddress AzurePlatform = IPAddress.Parse("168.63.129.16");

    public static bool Is(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return (plain.AddressFamily == AddressFamily.InterNetwork || Global.Contains(plain))
            && !plain.Equals(AzurePlatform)
            && !Array.Exists(NotPublic, network => network.Contains(plain));
    }
}
