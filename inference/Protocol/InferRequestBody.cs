using System.Globalization;
using System.IO.Compression;
using DurableMl.Inference.Tensors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace DurableMl.Inference.Protocol;

/// <summary>Brings a request's body into one piece of pooled memory, from which tensors are read in place.</summary>
internal static class InferRequestBody
{
    public const string HeaderLength = "Inference-Header-Content-Length";

    // What a caller only announces costs no more than this; a power of two with what alignment takes.
    private const int FirstBuffer = (64 << 10) - PooledMemory.Alignment;

    /// <returns>The body, and the length of its JSON part: all of it unless the header says otherwise.</returns>
    /// <exception cref="InferenceException">It is too large, cut short, or encoded in an unknown way.</exception>
    public static async ValueTask<(PooledMemory Memory, int Length, int JsonLength)> ReadAsync(
        HttpRequest request, ProtocolLimits limits, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limits.MaxRequestBytes)
        {
            throw TooLarge(limits);
        }

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limits.MaxRequestBytes;
        }

        int? jsonLength = ParseHeaderLength(request.Headers[HeaderLength]);
        if (jsonLength > limits.MaxHeaderBytes)
        {
            throw InferenceException.Field(HeaderLength, $"is larger than {limits.MaxHeaderBytes} bytes.");
        }

        (Stream body, bool compressed) = Decode(request);
        long? declared = compressed ? null : request.ContentLength;
        var most = (int)(declared ?? limits.MaxRequestBytes);
        PooledMemory memory = limits.Rent(Math.Min(most, FirstBuffer), jsonLength ?? 0);
        try
        {
            int length = 0;
            while (declared is null || length < declared)
            {
                if (length == memory.Length)
                {
                    memory = Grow(memory, jsonLength ?? 0, most, limits);
                }

                int read = await body.ReadAsync(memory.Memory[length..], cancellationToken);
                if (read == 0)
                {
                    break;
                }

                length += read;
            }

            if (declared > length)
            {
                throw new InferenceException(400, $"The body ends after {length} of {declared} bytes.");
            }

            if (jsonLength > length)
            {
                throw InferenceException.Field(HeaderLength, $"says {jsonLength} bytes, but the body has only {length}.");
            }

            return (memory, length, jsonLength ?? length);
        }
        catch (InvalidDataException e)
        {
            memory.Release();
            throw new InferenceException(400, $"The body is not what Content-Encoding says: {e.Message}");
        }
        catch
        {
            memory.Release();
            throw;
        }
    }

    private static PooledMemory Grow(PooledMemory memory, int alignedOffset, int most, ProtocolLimits limits)
    {
        if (memory.Length >= limits.MaxRequestBytes)
        {
            throw TooLarge(limits);
        }

        PooledMemory larger = limits.Rent((int)Math.Min(((memory.Length + PooledMemory.Alignment) * 2L) - PooledMemory.Alignment, most), alignedOffset);
        memory.Span.CopyTo(larger.Span);
        memory.Release();
        return larger;
    }

    private static InferenceException TooLarge(ProtocolLimits limits) =>
        new(413, $"The request is larger than the {limits.MaxRequestBytes} bytes that this server takes. Send fewer rows at a time.");

    private static int? ParseHeaderLength(StringValues header)
    {
        if (header.Count == 0)
        {
            return null;
        }

        return header.Count == 1 && int.TryParse(header[0], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            ? length
            : throw InferenceException.Field(HeaderLength, "is not a whole number of bytes.");
    }

    private static (Stream Body, bool Compressed) Decode(HttpRequest request)
    {
        StringValues encoding = request.Headers.ContentEncoding;
        if (encoding.Count == 0 || (encoding.Count == 1 && encoding[0] is "" or "identity"))
        {
            return (request.Body, false);
        }

        return encoding.Count == 1
            ? encoding[0] switch
            {
                "gzip" or "x-gzip" => (new GZipStream(request.Body, CompressionMode.Decompress), true),
                "deflate" => (new ZLibStream(request.Body, CompressionMode.Decompress), true),
                _ => throw Unsupported(encoding),
            }
            : throw Unsupported(encoding);
    }

    private static InferenceException Unsupported(StringValues encoding) => new(415, $"Content-Encoding '{encoding}' is not supported; use gzip, deflate or none.");
}
