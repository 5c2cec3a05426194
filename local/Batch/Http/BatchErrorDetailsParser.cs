#nullable enable
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>Reads code, message and values of the service's error body into <see cref="RequestFailedException"/>.</summary>
internal sealed class BatchErrorDetailsParser : RequestFailedDetailsParser
{
    public override bool TryParse(
        Response response, [NotNullWhen(true)] out ResponseError? error, [NotNullWhen(true)] out IDictionary<string, string>? data)
    {
        data = new Dictionary<string, string>();
        BatchError? batchError = BatchError.TryRead(response);
        if (batchError?.Code is null)
        {
            error = null;
            return false;
        }

        foreach (BatchErrorDetail detail in batchError.Values)
        {
            data[detail.Key] = detail.Value;
        }

        error = new ResponseError(batchError.Code, batchError.Message?.Value);
        return true;
    }
}
