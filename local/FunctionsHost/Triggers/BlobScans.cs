using System.Globalization;
using System.Xml.Linq;
using Azure.Core;
using Azure.Core.Pipeline;

namespace DurableMl.FunctionsHost.Triggers;

/// <summary>
/// Keeps blob triggers from missing blobs. The extension's scan remembers the latest time of change that it has seen, also of blobs that were
/// written after it began, which it leaves to the next scan, and that one looks for later ones only (Azure/azure-sdk-for-net#62763, in 5.3.10).
/// So what was written just now is taken out of the listing: the next one, ten seconds later, has it.
/// </summary>
internal sealed class BlobScans(TimeProvider time) : HttpPipelinePolicy
{
    /// <summary>Storage rounds times of change down to the second, and the scan has looked at the clock a moment before the request.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    /// <summary>Sets up the clients of the extensions.</summary>
    public void Configure(ClientOptions options) => options.AddPolicy(this, HttpPipelinePosition.PerCall);

    /// <inheritdoc />
    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var asked = time.GetUtcNow();
        await ProcessNextAsync(message, pipeline);
        TakeOutUnsettled(message, asked);
    }

    /// <inheritdoc />
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var asked = time.GetUtcNow();
        ProcessNext(message, pipeline);
        TakeOutUnsettled(message, asked);
    }

    private static void TakeOutUnsettled(HttpMessage message, DateTimeOffset asked)
    {
        if (!IsScan(message.Request) || message.Response is not { Status: 200, ContentStream: { } content })
        {
            return;
        }

        var listing = XDocument.Load(content);
        listing.Descendants("Blob").Where(blob => Changed(blob) > asked - Settled).Remove();
        var settled = new MemoryStream();
        listing.Save(settled, SaveOptions.DisableFormatting);
        settled.Position = 0;
        message.Response.ContentStream = settled;
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
