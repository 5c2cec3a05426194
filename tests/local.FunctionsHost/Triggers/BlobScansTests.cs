using System.Globalization;
using System.Net;
using System.Text;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using DurableMl.FunctionsHost.Triggers;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsHost.Tests.Triggers;

[TestClass]
public sealed class BlobScansTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Start);
    private readonly Container _container = new();

    [TestMethod]
    public async Task A_scan_reports_what_was_written_before_the_scan_before_it()
    {
        _container.Blobs["early"] = Start.AddSeconds(-30);
        CollectionAssert.AreEqual(Array.Empty<string>(), await ScanAsync(), "Nothing is known yet of when this scan began.");

        _time.Advance(TimeSpan.FromSeconds(10));
        _container.Blobs["between"] = Start.AddSeconds(5);
        CollectionAssert.AreEqual(new[] { "early" }, await ScanAsync());

        _time.Advance(TimeSpan.FromSeconds(10));
        CollectionAssert.AreEqual(new[] { "between", "early" }, await ScanAsync());
    }

    [TestMethod]
    public async Task A_process_that_is_held_up_between_the_start_of_a_scan_and_its_request_reports_nothing_too_early()
    {
        await ScanAsync();
        _time.Advance(TimeSpan.FromMinutes(1));
        _container.Blobs["while it was held up"] = Start.AddSeconds(20);
        CollectionAssert.AreEqual(Array.Empty<string>(), await ScanAsync());

        _time.Advance(TimeSpan.FromSeconds(10));
        CollectionAssert.AreEqual(new[] { "while it was held up" }, await ScanAsync());
    }

    [TestMethod]
    public async Task The_pages_of_a_scan_go_by_when_it_began()
    {
        await ScanAsync();
        _time.Advance(TimeSpan.FromSeconds(10));
        await ScanAsync();
        _time.Advance(TimeSpan.FromSeconds(10));
        _container.Blobs["between"] = Start.AddSeconds(5);
        _container.Blobs["since"] = Start.AddSeconds(15);
        CollectionAssert.AreEqual(new[] { "between" }, await ScanAsync());
        CollectionAssert.AreEqual(new[] { "between" }, await ScanAsync(continuation: "2!page"));
    }

    [TestMethod]
    public async Task Listings_with_a_prefix_are_left_as_they_are()
    {
        _container.Blobs["runs/a"] = Start;
        CollectionAssert.AreEqual(new[] { "runs/a" }, await ScanAsync(prefix: "runs/"));
    }

    private async Task<string[]> ScanAsync(string? prefix = null, string? continuation = null)
    {
        var options = new BlobClientOptions { Transport = new HttpClientTransport(new HttpClient(_container)) };
        Scans.Configure(options);
        var client = new BlobContainerClient(new Uri("http://127.0.0.1:1/account/uploads"), options);
        await foreach (var page in client.GetBlobsAsync(new() { Prefix = prefix }).AsPages(continuation))
        {
            return [.. page.Values.Select(blob => blob.Name)];
        }

        return [];
    }

    private BlobScans Scans => field ??= new BlobScans(_time);

    /// <summary>Answers listings as storage does, without a server.</summary>
    private sealed class Container : HttpMessageHandler
    {
        public SortedDictionary<string, DateTimeOffset> Blobs { get; } = new(StringComparer.Ordinal);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var blobs = Blobs.Select(blob => string.Create(
                CultureInfo.InvariantCulture,
                $"<Blob><Name>{blob.Key}</Name><Properties><Last-Modified>{blob.Value:R}</Last-Modified><Etag>0x1</Etag></Properties></Blob>"));
            var body = $"<EnumerationResults ContainerName=\"uploads\"><Blobs>{string.Concat(blobs)}</Blobs><NextMarker /></EnumerationResults>";
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
            {
                RequestMessage = request,
                Content = new StringContent(body, Encoding.UTF8, "application/xml"),
            });
        }
    }
}
