using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>Node user create options of the Batch service.</summary>
public class BatchNodeUserCreateOptions
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="name">Name.</param>
    public BatchNodeUserCreateOptions(string name)
    {
        Name = name ?? throw new ArgumentNullException(nameof(name));
    }

    internal BatchNodeUserCreateOptions()
    {
    }

    /// <summary>Name.</summary>
    public string Name { get; internal set; }

    /// <summary>The is admin.</summary>
    public bool? IsAdmin { get; set; }

    /// <summary>The expiry time.</summary>
    public DateTimeOffset? ExpiryTime { get; set; }

    /// <summary>Password of the user.</summary>
    public string Password { get; set; }

    /// <summary>The ssh public key.</summary>
    public string SshPublicKey { get; set; }

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(BatchNodeUserCreateOptions batchNodeUserCreateOptions) => batchNodeUserCreateOptions is null ? null : BatchJson.Content(batchNodeUserCreateOptions);
}
