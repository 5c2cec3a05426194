using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>New properties of a user of a node.</summary>
public class BatchNodeUserUpdateOptions
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchNodeUserUpdateOptions()
    {
    }

    /// <summary>Password of the user.</summary>
    public string Password { get; set; }

    /// <summary>When the user expires; in one day by default.</summary>
    public DateTimeOffset? ExpiryTime { get; set; }

    /// <summary>Public key to sign in with.</summary>
    public string SshPublicKey { get; set; }

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(BatchNodeUserUpdateOptions batchNodeUserUpdateOptions) => batchNodeUserUpdateOptions is null ? null : BatchJson.Content(batchNodeUserUpdateOptions);
}
