using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Azure.Storage.Blobs;

namespace DurableMl.BatchJobs.Submission;

/// <summary>
/// Where a trial's processes write: a container of the trial's own, since a container is the narrowest scope for which every kind of
/// storage account can sign names that nobody knows beforehand. Only <c>result.json</c> goes to the container <c>runs</c>.
/// </summary>
public static partial class TrialContainer
{
    private const string Prefix = "trials-";
    private const int Longest = 63;
    private const int HashLength = 12;

    /// <summary>The container of the trial whose blobs lie below <paramref name="blobPrefix"/>, as <see cref="TrainingTask.BlobPrefix"/> gives it.</summary>
    public static BlobContainerClient Of(BlobServiceClient blobs, string blobPrefix)
    {
        ArgumentNullException.ThrowIfNull(blobs);
        return blobs.GetBlobContainerClient(Name(blobPrefix));
    }

    /// <summary>The container's name: what can be read of run and trial, and a hash that tells apart what looks the same then.</summary>
    public static string Name(string blobPrefix)
    {
        ArgumentException.ThrowIfNullOrEmpty(blobPrefix);
        var readable = Separators().Replace(blobPrefix.Replace("/trials/", "-", StringComparison.Ordinal).ToLowerInvariant(), "-").Trim('-');
        var room = Longest - Prefix.Length - HashLength - 1;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(blobPrefix)))[..HashLength];
        readable = readable[..Math.Min(readable.Length, room)].TrimEnd('-');
        return readable.Length == 0 ? Prefix + hash : $"{Prefix}{readable}-{hash}";
    }

    [GeneratedRegex("[^a-z0-9]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Separators();
}
