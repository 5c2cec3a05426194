using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;

namespace DurableMl.BatchJobs.Submission;

/// <summary>Signs URLs: with the account's key where the client has one, else with a user delegation key.</summary>
public sealed class SasIssuer(BlobServiceClient blobs, TimeProvider time)
{
    /// <summary>The longest that a URL can be valid: a user delegation key, which Azure gives for seven days, does not outlive it.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromDays(7) - TimeSpan.FromMinutes(10);

    private readonly SemaphoreSlim refreshing = new(1, 1);
    private UserDelegationKey? delegation;

    /// <summary>A URL of one blob with the given permissions.</summary>
    /// <param name="blob">The blob; it need not exist.</param>
    /// <param name="permissions">What the URL allows.</param>
    /// <param name="lifetime">From now on, at most <see cref="Longest"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<Uri> BlobAsync(BlobClient blob, BlobSasPermissions permissions, TimeSpan lifetime, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(blob);
        var builder = Builder(blob.Uri, blob.BlobContainerName, lifetime);
        builder.BlobName = blob.Name;
        builder.Resource = "b";
        builder.SetPermissions(permissions);
        return blob.CanGenerateSasUri ? blob.GenerateSasUri(builder) : await DelegateAsync(blob.Uri, builder, cancellationToken);
    }

    /// <summary>A URL of a container with the given permissions on its blobs.</summary>
    /// <param name="container">The container.</param>
    /// <param name="permissions">What the URL allows.</param>
    /// <param name="lifetime">From now on, at most <see cref="Longest"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<Uri> ContainerAsync(BlobContainerClient container, BlobContainerSasPermissions permissions, TimeSpan lifetime, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(container);
        var builder = Builder(container.Uri, container.Name, lifetime);
        builder.Resource = "c";
        builder.SetPermissions(permissions);
        return container.CanGenerateSasUri ? container.GenerateSasUri(builder) : await DelegateAsync(container.Uri, builder, cancellationToken);
    }

    private BlobSasBuilder Builder(Uri uri, string container, TimeSpan lifetime) => new()
    {
        BlobContainerName = container,
        ExpiresOn = time.GetUtcNow() + (lifetime < Longest ? lifetime : Longest),
        Protocol = uri.Scheme == Uri.UriSchemeHttps ? SasProtocol.Https : SasProtocol.HttpsAndHttp,
    };

    private async Task<Uri> DelegateAsync(Uri uri, BlobSasBuilder builder, CancellationToken cancellationToken)
    {
        var key = await KeyAsync(builder.ExpiresOn, cancellationToken);
        return new BlobUriBuilder(uri) { Sas = builder.ToSasQueryParameters(key, blobs.AccountName) }.ToUri();
    }

    private async Task<UserDelegationKey> KeyAsync(DateTimeOffset until, CancellationToken cancellationToken)
    {
        await refreshing.WaitAsync(cancellationToken);
        try
        {
            if (delegation is null || delegation.SignedExpiresOn < until)
            {
                // Twice as long as asked, so that a sweep's many tasks share one key.
                var now = time.GetUtcNow();
                var wanted = TimeSpan.FromTicks(Math.Min((until - now).Ticks * 2, (Longest + TimeSpan.FromMinutes(5)).Ticks));
                delegation = (await blobs.GetUserDelegationKeyAsync(null, now + wanted, cancellationToken)).Value;
            }

            return delegation;
        }
        finally
        {
            refreshing.Release();
        }
    }
}
