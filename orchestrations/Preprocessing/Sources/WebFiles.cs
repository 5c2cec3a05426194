using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Options;

namespace DurableMl.Orchestrations.Preprocessing.Sources;

/// <summary>
/// Opens files of web servers that the settings allow. Every name is resolved here, and the very addresses that were checked are connected to,
/// so that a name cannot lead into a private network; so for every redirect. Safe for concurrent use.
/// </summary>
public sealed class WebFiles : IDisposable
{
    private const int MostRedirects = 5;

    private readonly SourceOptions options;
    private readonly TimeProvider time;
    private readonly HttpClient client;

    /// <summary>Creates it.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="time">Times pauses and servers that do not answer.</param>
    public WebFiles(IOptions<SourceOptions> options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options.Value;
        this.time = time;
        // A proxy would connect in place of this client, and to addresses that nobody checked.
        client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseProxy = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.None, ConnectCallback = ConnectAsync,
            ConnectTimeout = TimeSpan.FromSeconds(30), PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Opens a file at its start.</summary>
    /// <param name="url">Its address.</param>
    /// <param name="place">What it is called in messages.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="DatasetFormatException">The settings do not allow it, there is none, or the server does not answer.</exception>
    internal async Task<WebFile> OpenAsync(Uri url, string place, CancellationToken cancellationToken)
    {
        var file = new WebFile(from => RequestAsync(url, place, from, cancellationToken), place, time);
        try
        {
            await file.ConnectAsync(cancellationToken);
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private async Task<HttpResponseMessage> RequestAsync(Uri url, string place, WebPosition from, CancellationToken cancellationToken)
    {
        Uri address = url;
        for (int redirects = 0; ; redirects++)
        {
            if (options.Refusal(address) is { } refusal)
            {
                throw new DatasetFormatException(place, "an address that datasets may be fetched from", refusal);
            }

            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            if (from.Bytes > 0)
            {
                request.Headers.Range = new RangeHeaderValue(from.Bytes, null);
                if (from.Tag is { IsWeak: false } tag)
                {
                    request.Headers.IfRange = new RangeConditionHeaderValue(tag);
                }
            }

            HttpResponseMessage response = await SendAsync(request, cancellationToken);
            if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
                    or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)
                || response.Headers.Location is not { } location)
            {
                return response;
            }

            response.Dispose();
            if (redirects == MostRedirects)
            {
                throw new DatasetFormatException(place, $"at most {MostRedirects} redirects", "more");
            }

            address = new Uri(address, location);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException e) when (e.InnerException is DatasetFormatException refused)
        {
            ExceptionDispatchInfo.Throw(refused);
            throw;
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        (string host, int port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        IPAddress[] addresses = await Dns.GetHostAddressesAsync(host, cancellationToken);
        IPAddress[] allowed = options.IsPrivateAllowed(host, port) ? addresses : [.. addresses.Where(PublicAddress.Is)];
        if (allowed.Length == 0)
        {
            throw new DatasetFormatException(
                host, "a host of the public internet", $"{string.Join(", ", addresses.Take(5).Select(address => address.ToString()))}; "
                + $"the setting {SourceOptions.Section}__PrivateHosts__0 allows hosts of private networks");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>Where a file is to be read on.</summary>
/// <param name="Bytes">Bytes that are read.</param>
/// <param name="Tag">The version that they are of.</param>
internal readonly record struct WebPosition(long Bytes, EntityTagHeaderValue? Tag);

/// <summary>A file of a web server, read from its start to its end. A connection that breaks is taken up where it broke.</summary>
/// <param name="request">Asks the server for the file from a position on.</param>
/// <param name="place">What the file is called in messages.</param>
/// <param name="time">Times pauses and servers that do not answer.</param>
internal sealed class WebFile(Func<WebPosition, Task<HttpResponseMessage>> request, string place, TimeProvider time) : IAsyncDisposable
{
    private const int MostFailures = 6;

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);

    private HttpResponseMessage? response;
    private Stream? content;
    private EntityTagHeaderValue? tag;
    private DateTimeOffset? modified;
    private bool begun;
    private long position;
    private int failures;

    /// <summary>Bytes of the file; null where the server does not say.</summary>
    public long? Length { get; private set; }

    /// <summary>Names this version of the file; null where the server says nothing that would.</summary>
    public string? Version => tag is not null || modified is not null
        ? string.Create(CultureInfo.InvariantCulture, $"{tag} {modified:O} {Length}")
        : null;

    /// <summary>Asks for the file.</summary>
    /// <exception cref="DatasetFormatException">There is none, or the server does not answer.</exception>
    public Task ConnectAsync(CancellationToken cancellationToken) => TryAsync(() => BeginAsync(cancellationToken), cancellationToken);

    /// <summary>Reads on.</summary>
    /// <returns>The bytes read; 0 at the end.</returns>
    /// <exception cref="DatasetFormatException">The file has changed meanwhile, or the server does not answer any more.</exception>
    public Task<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => TryAsync(
        async () =>
        {
            if (content is null)
            {
                await BeginAsync(cancellationToken);
            }

            int read = await ReadInTimeAsync(buffer, cancellationToken);
            if (read == 0 && position < Length)
            {
                throw new IOException($"the connection ended after {position} of {Length} bytes");
            }

            position += read;
            failures = 0;
            return read;
        },
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (content is not null)
        {
            await content.DisposeAsync();
        }

        response?.Dispose();
        (content, response) = (null, null);
    }

    private async Task<T> TryAsync<T>(Func<Task<T>> step, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await step();
            }
            catch (Exception e) when (e is HttpRequestException or IOException or SocketException
                || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                await DisposeAsync();
                if (++failures >= MostFailures)
                {
                    throw new DatasetFormatException(place, "a server that answers", $"in {MostFailures} tries: {e.Message}");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(500 << failures), time, cancellationToken);
            }
        }
    }

    private async Task<bool> BeginAsync(CancellationToken cancellationToken)
    {
        response = await request(new WebPosition(position, tag)).WaitAsync(Silence, time, cancellationToken);
        HttpStatusCode status = response.StatusCode;
        if (status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500)
        {
            throw new HttpRequestException($"it answers {(int)status}");
        }

        if (status is not (HttpStatusCode.OK or HttpStatusCode.PartialContent))
        {
            throw new DatasetFormatException(place, "a file", string.Create(CultureInfo.InvariantCulture, $"the status {(int)status}"));
        }

        ContentRangeHeaderValue? range = response.Content.Headers.ContentRange;
        bool isPart = status == HttpStatusCode.PartialContent;
        long? length = isPart ? range?.Length : response.Content.Headers.ContentLength;
        if (!begun)
        {
            (begun, Length, tag, modified) = (true, length, response.Headers.ETag, response.Content.Headers.LastModified);
        }
        else if (length != Length || !Equals(tag, response.Headers.ETag) || modified != response.Content.Headers.LastModified
            || (position > 0 && Version is null))
        {
            throw new DatasetFormatException(place, "the same file until it was read to its end", "another one, or none that can be told from it");
        }

        content = await response.Content.ReadAsStreamAsync(cancellationToken);
        long at = isPart ? range?.From ?? -1 : 0;
        if (isPart && at != position)
        {
            throw new IOException($"the server sent bytes from {at} on, not from {position}");
        }

        await SkipAsync(position - at, cancellationToken);
        return true;
    }

    // A server that knows no ranges begins again.
    private async Task SkipAsync(long bytes, CancellationToken cancellationToken)
    {
        var passed = new byte[1 << 16];
        while (bytes > 0)
        {
            int read = await ReadInTimeAsync(passed.AsMemory(0, (int)Math.Min(bytes, passed.Length)), cancellationToken);
            bytes -= read > 0 ? read : throw new IOException("the connection ended");
        }
    }

    private async Task<int> ReadInTimeAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var silent = new CancellationTokenSource(Silence, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silent.Token, cancellationToken);
        return await content!.ReadAsync(buffer, either.Token);
    }
}
