using System.Collections.Concurrent;
using System.Globalization;
using System.Xml.Linq;
using Azure.Core;
using Azure.Core.Pipeline;

namespace DurableMl.FunctionsHost.Triggers;

/// <summary>
/// Keeps blob triggers from missing blobs. The extension's scan remembers the latest time of change that it has seen, also of blobs that were
/// written after it began, which it leaves to the next scan, and that one looks for later ones only (Azure/azure-sdk-for-net#62763, in 5.3.10).
/// When a scan began cannot be seen from here, but it was after the scan before it: what was written since that one is taken out of the listing,
/// and the next listing, ten seconds later, has it. A margin of time instead would lose blobs whenever the process is held up for longer.
/// </summary>
internal sealed class BlobScans(TimeProvider time) : HttpPipelinePolicy
{
    /// <summary>Storage rounds times of change down to the second.</summary>
    private static readonly TimeSpan Rounding = TimeSpan.FromSeconds(1);

    /// <summary>When the current scan of each container that has a trigger, and the one before it, asked for their first pages.</summary>
    private readonly ConcurrentDictionary<string, (DateTimeOffset Current, DateTimeOffset Before)> _scans = new(StringComparer.Ordinal);

    /// <summary>Sets up the clients of the extensions.</summary>
    public void Configure(ClientOptions options) => options.AddPolicy(this, HttpPipelinePosition.PerCall);

    /// <inheritdoc />
    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var settled = Settled(message.Request);
        await ProcessNextAsync(message, pipeline);
        TakeOutUnsettled(message, settled);
    }

    /// <inheritdoc />
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var settled = Settled(message.Request);
        ProcessNext(message, pipeline);
        TakeOutUnsettled(message, settled);
    }

    /// <summary>The time before which the changes that a scan lists are its own to report; null if the request is no scan.</summary>
    private DateTimeOffset? Settled(Request request)
    {
        if (!IsScan(request))
        {
            return null;
        }

        var container = request.Uri.ToUri().GetLeftPart(UriPartial.Path);
        if (request.Uri.Query.Contains("marker=", StringComparison.Ordinal))
        {
            return _scans.TryGetValue(container, out var scan) ? scan.Before : DateTimeOffset.MinValue;
        }

        var now = time.GetUtcNow();
        return _scans.AddOrUpdate(container, (now, DateTimeOffset.MinValue), (_, last) => (now, last.Current - Rounding)).Before;
    }

    private static void TakeOutUnsettled(HttpMessage message, DateTimeOffset? settled)
    {
        if (settled is null || message.Response is not { Status: 200, ContentStream: { } content })
        {
            return;
        }

        var listing = XDocument.Load(content);
        listing.Descendants("Blob").Where(blob => Changed(blob) >= settled).Remove();
        var kept = new MemoryStream();
        listing.Save(kept, SaveOptions.DisableFormatting);
        kept.Position = 0;
        message.Response.ContentStream = kept;
    }

    /// <summary>Only the scan lists whole containers; the extensions' other listings have a prefix.</summary>
    private static bool IsScan(Request request) =>
        request.Method == RequestMethod.Get
        && request.Uri.Query is var query
        && query.Contains("comp=list", StringComparison.Ordinal)
        && query.Contains("restype=container", StringComparison.Ordinal)
        && !query.Contains("prefix=", StringComparison.Ordinal);

    private static DateTimeOffset Changed(XElement blob) =>
        DateTimeOffset.Parse(blob.Element("Properties")!.Element("Last-Modified")!.Value, CultureInfo.InvariantCulture);
}
