using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>Node user update options of the Batch service.</summary>
public class BatchNodeUserUpdateOptions
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchNodeUserUpdateOptions()
    {
    }

    /// <summary>Password of the user.</summary>
    public string Password { get; set; }

    /// <summary>The expiry time.</summary>
    public DateTimeOffset? ExpiryTime { get; set; }

    /// <summary>The ssh public key.</summary>
    public string SshPublicKey { get; set; }

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(BatchNodeUserUpdateOptions batchNodeUserUpdateOptions) => batchNodeUserUpdateOptions is null ? null : BatchJson.Content(batchNodeUserUpdateOptions);
}
