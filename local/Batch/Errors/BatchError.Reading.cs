#nullable enable
using System.Text.Json;

namespace Azure.Compute.Batch;

public partial class BatchError
{
    /// <summary>Reads the body of a response.</summary>
    public static explicit operator BatchError(Response result) => BatchJson.Read<BatchError>(result.Content);

    /// <summary>The service's own description of an error.</summary>
    /// <param name="e">What a method of <see cref="BatchClient"/> threw.</param>
    /// <returns>The error; null when the service gave none, as for the answer to a HEAD request or an unreachable service.</returns>
    public static BatchError? FromException(RequestFailedException e)
    {
        ArgumentNullException.ThrowIfNull(e);
        return e.GetRawResponse() is { } response ? TryRead(response) : null;
    }

    internal static BatchError? TryRead(Response response)
    {
        try
        {
            return response.ContentStream is not { CanSeek: true, Length: > 0 } ? null : BatchJson.Read<BatchError>(response.Content);
        }
        catch (JsonException)
        {
            // A proxy's page, not the service's error: the exception's message shows it.
            return null;
        }
    }
}
