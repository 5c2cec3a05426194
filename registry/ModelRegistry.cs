using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace DurableMl.Registry;

/// <summary>
/// The models in the <c>models</c> container: versions with their files and lineage, and aliases. Safe for several processes at once:
/// a version number is claimed by a conditional create, and everything that changes does so under its ETag.
/// </summary>
/// <param name="container">The <c>models</c> container.</param>
/// <param name="time">The clock that stamps publications.</param>
public sealed class ModelRegistry(BlobContainerClient container, TimeProvider time)
{
    private const string PublicationKey = "publication";
    private const int MaxAttempts = 50;

    /// <summary>The registry of the storage account that <paramref name="blobs"/> serves.</summary>
    public ModelRegistry(BlobServiceClient blobs, TimeProvider time)
        : this((blobs ?? throw new ArgumentNullException(nameof(blobs))).GetBlobContainerClient(ModelBlobs.Container), time)
    {
    }

    internal BlobContainerClient Container => container;

    /// <summary>The documents, logs and lists of what lies in the container.</summary>
    internal ModelDocuments Documents => field ??= new(container);

    /// <summary>
    /// Publishes a new version and returns its manifest. Publishing the same model from the same run and trial again, at the same time or
    /// after a crash, completes or returns the version that the first publication claimed.
    /// </summary>
    /// <exception cref="InvalidModelNameException">The model's or a file's name is not allowed.</exception>
    /// <exception cref="ArgumentException">The files lack the entry or the sample, or two have one name.</exception>
    public async Task<ModelManifest> PublishAsync(ModelPublication publication, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(publication);
        Validate(publication);
        await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);

        string version = await ClaimVersionAsync(publication, cancellationToken);
        if (await FindAsync(publication.Model, version, cancellationToken) is { } published)
        {
            return published;
        }

        var files = new List<ModelFile>(publication.Files.Count);
        foreach (ModelSource source in publication.Files)
        {
            files.Add(await UploadAsync(container.GetBlobClient(ModelBlobs.File(publication.Model, version, source.Name)), source, cancellationToken));
        }

        var manifest = new ModelManifest(publication, version, time.GetUtcNow(), files);
        return await Documents.TryReplaceAsync(ModelBlobs.File(manifest.Model, version, ModelBlobs.Manifest), manifest, default, null, cancellationToken) is not null
            ? manifest
            : await GetAsync(manifest.Model, version, cancellationToken);
    }

    /// <summary>The names of all models that have a version or a claim on one, in order.</summary>
    public async Task<IReadOnlyList<string>> ListModelsAsync(CancellationToken cancellationToken = default)
    {
        if (!await container.ExistsAsync(cancellationToken))
        {
            return [];
        }

        // Counts that a server still had in memory may be written below a model that is deleted meanwhile; they do not make it exist again.
        HashSet<string> changed = [.. await Documents.ListBlobsAsync(ModelBlobs.AllChanges, BlobTraits.None, cancellationToken).Select(blob => blob.Name).ToListAsync(cancellationToken)];
        return await container.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", null, cancellationToken)
            .Where(item => item.IsPrefix && ModelNames.IsModel(item.Prefix[..^1])).Select(item => item.Prefix[..^1])
            .Where(async (model, token) => !changed.Contains(ModelBlobs.Changes(model)) || await ListAsync(model, BlobTraits.None, token).AnyAsync(token))
            .ToListAsync(cancellationToken);
    }

    /// <summary>The published versions of a model, oldest first; empty for a model that does not exist.</summary>
    /// <exception cref="InvalidModelNameException">The name is not allowed.</exception>
    public async Task<IReadOnlyList<string>> ListVersionsAsync(string model, CancellationToken cancellationToken = default)
    {
        IReadOnlySet<string> deleted = await DeletedAsync(model, cancellationToken);
        return await ListAsync(ModelNames.Model(model), BlobTraits.None, cancellationToken)
            .Where(blob => blob.File == ModelBlobs.Manifest && !deleted.Contains(blob.Version)).Select(blob => blob.Version).OrderBy(ModelNames.VersionNumber).ToListAsync(cancellationToken);
    }

    /// <summary>The versions of a model that have a blob, published or not.</summary>
    internal async Task<IReadOnlyList<string>> ListClaimsAsync(string model, CancellationToken cancellationToken) =>
        await ListAsync(ModelNames.Model(model), BlobTraits.None, cancellationToken).Select(blob => blob.Version).Distinct().OrderBy(ModelNames.VersionNumber).ToListAsync(cancellationToken);

    /// <summary>A published version.</summary>
    /// <exception cref="InvalidModelNameException">A name is not allowed.</exception>
    /// <exception cref="ModelNotFoundException">There is no such version.</exception>
    public async Task<ModelManifest> GetAsync(string model, string version, CancellationToken cancellationToken = default) =>
        await FindAsync(model, version, cancellationToken) ?? throw ModelNotFoundException.Version(model, version);

    /// <summary>A published version, with the serving options that hold now, or null when there is none.</summary>
    /// <exception cref="InvalidModelNameException">A name is not allowed.</exception>
    public async Task<ModelManifest?> FindAsync(string model, string version, CancellationToken cancellationToken = default)
    {
        (ModelManifest? manifest, _) = await Documents.ReadAsync<ModelManifest>(ModelBlobs.File(model, version, ModelBlobs.Manifest), cancellationToken);
        if (manifest is null)
        {
            return null;
        }

        VersionChange? change = (await ChangesAsync(model, cancellationToken)).GetValueOrDefault(version);
        return change is { IsDeleted: true } ? null : change?.Serving is { } options ? manifest with { Serving = options } : manifest;
    }

    /// <summary>The version that a version or alias means now.</summary>
    /// <exception cref="InvalidModelNameException">A name is not allowed.</exception>
    /// <exception cref="ModelNotFoundException">There is no such model, version or alias.</exception>
    public async Task<string> ResolveAsync(string model, string versionOrAlias, CancellationToken cancellationToken = default)
    {
        string? version = ModelNames.IsVersion(versionOrAlias)
            ? versionOrAlias
            : (await GetAliasesAsync(model, cancellationToken)).Versions.GetValueOrDefault(ModelNames.Alias(versionOrAlias));
        return version is null
            ? throw ModelNotFoundException.Alias(ModelNames.Model(model), versionOrAlias)
            : (await GetAsync(model, version, cancellationToken)).Version;
    }

    /// <summary>Changes how a version is served, from the next look of each server on.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">A published version.</param>
    /// <param name="change">Makes the new options of those that hold; called again when somebody else was faster.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The new options.</returns>
    /// <exception cref="ModelNotFoundException">There is no such version.</exception>
    public async Task<ServingOptions> SetServingAsync(string model, string version, Func<ServingOptions, ServingOptions> change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        ServingOptions published = (await GetAsync(model, version, cancellationToken)).Serving ?? new();
        IReadOnlyDictionary<string, VersionChange> changed = await ChangeAsync(
            model,
            [version],
            current => current.IsDeleted ? throw ModelNotFoundException.Version(model, version) : current with { Serving = change(current.Serving ?? published) },
            cancellationToken);
        return changed[version].Serving!;
    }

    /// <summary>What was changed of a model's versions since they were published.</summary>
    internal async Task<IReadOnlyDictionary<string, VersionChange>> ChangesAsync(string model, CancellationToken cancellationToken) =>
        (await Documents.ReadAsync<Dictionary<string, VersionChange>>(ModelBlobs.Changes(model), cancellationToken)).Value ?? [];

    /// <summary>The versions of a model that are deleted, or are being deleted.</summary>
    internal async Task<IReadOnlySet<string>> DeletedAsync(string model, CancellationToken cancellationToken) =>
        (await ChangesAsync(model, cancellationToken)).Where(change => change.Value.IsDeleted).Select(change => change.Key).ToHashSet(StringComparer.Ordinal);

    /// <summary>Marks versions as deleted, or takes the mark back.</summary>
    internal Task MarkDeletedAsync(string model, IReadOnlyList<string> versions, bool isDeleted, CancellationToken cancellationToken) =>
        ChangeAsync(model, versions, current => current with { IsDeleted = isDeleted }, cancellationToken);

    private async Task<IReadOnlyDictionary<string, VersionChange>> ChangeAsync(
        string model, IReadOnlyList<string> versions, Func<VersionChange, VersionChange> change, CancellationToken cancellationToken)
    {
        (SortedDictionary<string, VersionChange> changed, _) = await Documents.UpdateAsync<SortedDictionary<string, VersionChange>>(
            ModelBlobs.Changes(model),
            current =>
            {
                var all = new SortedDictionary<string, VersionChange>(current ?? [], StringComparer.Ordinal);
                foreach (string version in versions)
                {
                    all[version] = change(all.GetValueOrDefault(version) ?? new());
                }

                return all;
            },
            cancellationToken);
        return changed;
    }

    /// <summary>The model's aliases; none for a model that has none or does not exist.</summary>
    /// <exception cref="InvalidModelNameException">The name is not allowed.</exception>
    public async Task<ModelAliases> GetAliasesAsync(string model, CancellationToken cancellationToken = default)
    {
        (Dictionary<string, string>? versions, ETag etag) = await Documents.ReadAsync<Dictionary<string, string>>(ModelBlobs.Aliases(model), cancellationToken);
        return new(versions ?? [], etag);
    }

    /// <summary>Lets <paramref name="alias"/> name <paramref name="version"/> and returns all aliases.</summary>
    /// <param name="model">The model.</param>
    /// <param name="alias">The alias, new or existing.</param>
    /// <param name="version">A published version; null removes the alias.</param>
    /// <param name="expected">If given, the aliases are changed only if they still have this ETag.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="InvalidModelNameException">A name is not allowed.</exception>
    /// <exception cref="ModelNotFoundException">There is no such version.</exception>
    /// <exception cref="ModelConflictException"><paramref name="expected"/> is no longer the ETag.</exception>
    public async Task<ModelAliases> SetAliasAsync(
        string model, string alias, string? version, ETag? expected = null, CancellationToken cancellationToken = default)
    {
        ModelNames.Alias(alias);
        if (version is not null)
        {
            await GetAsync(model, version, cancellationToken);
        }

        (SortedDictionary<string, string> changed, ETag etag) = await Documents.UpdateAsync<SortedDictionary<string, string>>(
            ModelBlobs.Aliases(model),
            current =>
            {
                var versions = new SortedDictionary<string, string>(current ?? [], StringComparer.Ordinal);
                versions.Remove(alias);
                if (version is not null)
                {
                    versions[alias] = version;
                }

                return versions;
            },
            cancellationToken, expected);
        if (version is not null && await FindAsync(model, version, cancellationToken) is null)
        {
            // It was deleted between the two looks.
            await SetAliasAsync(model, alias, null, etag, CancellationToken.None);
            throw ModelNotFoundException.Version(model, version);
        }

        return new(changed, etag);
    }

    /// <summary>The model's traffic rules with their ETag; null and the default ETag where it has none.</summary>
    /// <exception cref="InvalidModelNameException">The name is not allowed.</exception>
    /// <exception cref="InvalidDataException">They cannot be read.</exception>
    public Task<(TrafficRules? Rules, ETag ETag)> GetTrafficAsync(string model, CancellationToken cancellationToken = default) =>
        Documents.ReadAsync<TrafficRules>(ModelBlobs.Traffic(model), cancellationToken);

    /// <summary>Downloads a file of a version, in several ranges at a time, and checks that it is the one that was published.</summary>
    /// <param name="version">The version.</param>
    /// <param name="file">One of its files.</param>
    /// <param name="path">Where it goes, in a folder that exists; no file is there yet.</param>
    /// <param name="cancellationToken">Stops the download.</param>
    /// <exception cref="InvalidModelException">The file is missing or has another content.</exception>
    public async Task DownloadAsync(ModelManifest version, ModelFile file, string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(file);
        BlobClient blob = container.GetBlobClient(ModelBlobs.File(version.Model, version.Version, ModelNames.File(file.Name)));
        try
        {
            BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
            if (properties.ContentLength != file.Bytes)
            {
                throw new InvalidModelException(version, file, $"has {properties.ContentLength} bytes instead of {file.Bytes}");
            }

            if (await RangedDownload.ToFileAsync(blob, properties.ETag, file.Bytes, path, cancellationToken) != file.Sha256)
            {
                throw new InvalidModelException(version, file, "does not have the SHA-256 that its manifest gives");
            }
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw new InvalidModelException($"Version {version.Version} of model '{version.Model}' lacks a file that its manifest names.", e);
        }
    }

    private static void Validate(ModelPublication publication)
    {
        ModelNames.Model(publication.Model);
        if (string.IsNullOrEmpty(publication.Lineage?.Run))
        {
            throw new ArgumentException("The lineage names no run.", nameof(publication));
        }

        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (ModelSource source in publication.Files)
        {
            if (!names.Add(ModelNames.File(source.Name)))
            {
                throw new ArgumentException($"Two files of model '{publication.Model}' are called '{source.Name}'.", nameof(publication));
            }
        }

        if (publication.Serving?.Problems().FirstOrDefault() is { } problem)
        {
            throw new ArgumentException($"The serving options cannot be used: {problem.Path} {problem.Reason}.", nameof(publication));
        }

        if (new[] { publication.Entry, publication.Sample }.FirstOrDefault(needed => needed is not null && !names.Contains(needed)) is { } absent)
        {
            throw new ArgumentException($"The files of model '{publication.Model}' do not include '{absent}'.", nameof(publication));
        }
    }

    private async Task<string> ClaimVersionAsync(ModelPublication publication, CancellationToken cancellationToken)
    {
        string identity = publication.Lineage!.Run + "\n" + publication.Lineage.Trial;
        string key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)));
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            // The number of a version that was deleted is not given again: servers and callers know what it meant.
            IReadOnlyDictionary<string, VersionChange> changes = await ChangesAsync(publication.Model, cancellationToken);
            int latest = changes.Keys.Select(ModelNames.VersionNumber).DefaultIfEmpty().Max();
            await foreach ((string version, string file, IDictionary<string, string>? metadata) in ListAsync(publication.Model, BlobTraits.Metadata, cancellationToken))
            {
                latest = Math.Max(latest, ModelNames.VersionNumber(version));
                bool isDeleted = changes.GetValueOrDefault(version) is { IsDeleted: true };
                if (!isDeleted && file == ModelBlobs.Publication && metadata is not null && metadata.TryGetValue(PublicationKey, out string? owner) && owner == key)
                {
                    return version;
                }
            }

            string next = (latest + 1).ToString(CultureInfo.InvariantCulture);
            string claim = ModelBlobs.File(publication.Model, next, ModelBlobs.Publication);
            if (await Documents.TryReplaceAsync(claim, publication.Lineage, default, new Dictionary<string, string> { [PublicationKey] = key }, cancellationToken) is not null)
            {
                return next;
            }

            // Another publication took the number between the listing and the create: list again.
        }

        throw new ModelConflictException($"No version number of model '{publication.Model}' could be claimed: {MaxAttempts} were taken by other publications meanwhile. Publish again.");
    }

    private IAsyncEnumerable<(string Version, string File, IDictionary<string, string>? Metadata)> ListAsync(string model, BlobTraits traits, CancellationToken cancellationToken)
    {
        string prefix = ModelBlobs.Prefix(model);
        return Documents.ListBlobsAsync(prefix, traits, cancellationToken)
            .Select(blob => (Path: blob.Name[prefix.Length..].Split('/', 2), blob.Metadata))
            .Where(blob => blob.Path.Length == 2 && ModelNames.IsVersion(blob.Path[0]))
            .Select(blob => (blob.Path[0], blob.Path[1], (IDictionary<string, string>?)blob.Metadata));
    }

    private static async Task<ModelFile> UploadAsync(BlobClient blob, ModelSource source, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await using Stream content = await source.OpenRead(cancellationToken);
                using var hash = SHA256.Create();
                await using var hashing = new CryptoStream(content, hash, CryptoStreamMode.Read);
                await blob.UploadAsync(hashing, new BlobUploadOptions { HttpHeaders = new() { ContentType = "application/octet-stream" } }, cancellationToken);
                return new(source.Name, Convert.ToHexStringLower(hash.Hash!), content.Length);
            }
            catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.InvalidBlockList && attempt < MaxAttempts)
            {
                // The same publication goes on elsewhere too. It has committed this blob, and with that dropped the blocks that were staged here.
            }
        }
    }
}
