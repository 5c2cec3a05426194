using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>A user to add to a node.</summary>
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

    /// <summary>Whether the user is an administrator.</summary>
    public bool? IsAdmin { get; set; }

    /// <summary>When the user expires; in one day by default.</summary>
    public DateTimeOffset? ExpiryTime { get; set; }

    /// <summary>Password of the user.</summary>
    public string Password { get; set; }

    /// <summary>Public key to sign in with.</summary>
    public string SshPublicKey { get; set; }

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(BatchNodeUserCreateOptions batchNodeUserCreateOptions) => batchNodeUserCreateOptions is null ? null : BatchJson.Content(batchNodeUserCreateOptions);
}
