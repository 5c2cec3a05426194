using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;

namespace DurableMl.BatchJobs.Submission;

/// <summary>Signs the URLs that a task gets: with the account's key where the client has one, else with a user delegation key.</summary>
/// <remarks>Containers are the narrowest scope that flat blob storage can sign for many names; single blobs get their own.</remarks>
public sealed class SasIssuer(BlobServiceClient blobs, TimeProvider time)
{
    // What Azure allows at most for a user delegation key.
    private static readonly TimeSpan LongestDelegation = TimeSpan.FromDays(7);

    private readonly SemaphoreSlim refreshing = new(1, 1);
    private UserDelegationKey? delegation;

    /// <summary>A URL that may read one blob.</summary>
    public async Task<Uri> ReadBlobAsync(BlobClient blob, TimeSpan lifetime, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(blob);
        var builder = Builder(blob.Uri, blob.BlobContainerName, lifetime);
        builder.BlobName = blob.Name;
        builder.Resource = "b";
        builder.SetPermissions(BlobSasPermissions.Read);
        return blob.CanGenerateSasUri ? blob.GenerateSasUri(builder) : await DelegateAsync(blob.Uri, builder, cancellationToken);
    }

    /// <summary>A URL of a container with the given permissions on its blobs.</summary>
    public async Task<Uri> ContainerAsync(string container, BlobContainerSasPermissions permissions, TimeSpan lifetime, CancellationToken cancellationToken = default)
    {
        var client = blobs.GetBlobContainerClient(container);
        var builder = Builder(client.Uri, container, lifetime);
        builder.Resource = "c";
        builder.SetPermissions(permissions);
        return client.CanGenerateSasUri ? client.GenerateSasUri(builder) : await DelegateAsync(client.Uri, builder, cancellationToken);
    }

    private BlobSasBuilder Builder(Uri uri, string container, TimeSpan lifetime) => new()
    {
        BlobContainerName = container,
        ExpiresOn = time.GetUtcNow() + lifetime,
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
                var wanted = TimeSpan.FromTicks(Math.Min((until - now).Ticks * 2, (LongestDelegation - TimeSpan.FromMinutes(5)).Ticks));
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
