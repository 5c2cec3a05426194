namespace DurableMl.Registry;

/// <summary>What deleting has removed.</summary>
/// <param name="Model">The model.</param>
/// <param name="Versions">The versions that do not exist any more.</param>
/// <param name="Blobs">Blobs that were removed; 0 where everything was gone already.</param>
/// <param name="Bytes">What they held.</param>
public sealed record DeletedModel(string Model, IReadOnlyList<string> Versions, long Blobs, long Bytes);

/// <summary>
/// Deletes versions and whole models to which no alias and no traffic rule leads. The mark in the registry comes first: from then on nobody finds the
/// version, every server lets go of it, and its number is never given again. Then go the manifests, the claims and the files, in this order: what
/// a crash leaves behind is files that nothing names, and deleting again removes them.
/// </summary>
/// <param name="registry">The registry.</param>
public sealed class ModelDeletion(ModelRegistry registry)
{
    /// <summary>Deletes a version.</summary>
    /// <exception cref="ModelNotFoundException">There is no such version, and was none.</exception>
    /// <exception cref="ModelInUseException">Something leads to it.</exception>
    public async Task<DeletedModel> DeleteVersionAsync(string model, string version, CancellationToken cancellationToken)
    {
        IReadOnlySet<string> deleted = await registry.DeletedAsync(model, cancellationToken);
        if (!deleted.Contains(ModelNames.Version(version)))
        {
            await registry.GetAsync(model, version, cancellationToken);
            await MarkAsync(model, [version], cancellationToken);
        }

        string folder = ModelBlobs.File(model, version, "");
        return await RemoveAsync(model, [version], [folder, ModelBlobs.Requests(model, version)], cancellationToken);
    }

    /// <summary>Deletes a model with all that it has. A version that is published meanwhile stays.</summary>
    /// <exception cref="ModelNotFoundException">There is no such model, and was none.</exception>
    /// <exception cref="ModelInUseException">Something leads to a version of it.</exception>
    public async Task<DeletedModel> DeleteModelAsync(string model, CancellationToken cancellationToken)
    {
        IReadOnlySet<string> deleted = await registry.DeletedAsync(model, cancellationToken);
        IReadOnlyList<string> versions = await registry.ListClaimsAsync(model, cancellationToken);
        if (deleted.Count == 0 && versions.Count == 0)
        {
            throw ModelNotFoundException.Model(model);
        }

        await MarkAsync(model, [.. versions.Except(deleted)], cancellationToken);
        return await RemoveAsync(model, versions, [ModelBlobs.Prefix(model)], cancellationToken);
    }

    // Whoever lets an alias name a version looks for the version afterwards, and here uses are looked for after the mark: one of the two sees the other.
    private async Task MarkAsync(string model, IReadOnlyList<string> versions, CancellationToken cancellationToken)
    {
        await ThrowIfUsedAsync(model, versions, cancellationToken);
        await registry.MarkDeletedAsync(model, versions, isDeleted: true, cancellationToken);
        try
        {
            await ThrowIfUsedAsync(model, versions, cancellationToken);
        }
        catch
        {
            await registry.MarkDeletedAsync(model, versions, isDeleted: false, CancellationToken.None);
            throw;
        }
    }

    private async Task ThrowIfUsedAsync(string model, IReadOnlyList<string> versions, CancellationToken cancellationToken)
    {
        List<string> uses =
        [
            .. (await registry.GetAliasesAsync(model, cancellationToken)).Versions.Where(alias => versions.Contains(alias.Value))
                .Select(alias => $"alias '{alias.Key}' names version {alias.Value}"),
        ];
        foreach (string owner in versions.Count == 0 ? [] : await registry.ListModelsAsync(cancellationToken))
        {
            (TrafficRules? rules, _) = await registry.GetTrafficAsync(owner, cancellationToken);
            uses.AddRange((rules?.Targets() ?? []).Where(each => (each.Target.Model ?? owner) == model && versions.Contains(each.Target.Version))
                .Select(each => $"{each.Path} of the traffic rules of model '{owner}' leads to version {each.Target.Version}"));
        }

        if (uses.Count > 0)
        {
            throw new ModelInUseException($"Model '{model}' is in use: {string.Join("; ", uses)}. Remove the alias or change the rules first.");
        }
    }

    private async Task<DeletedModel> RemoveAsync(string model, IReadOnlyList<string> versions, IReadOnlyList<string> prefixes, CancellationToken cancellationToken)
    {
        var removed = new RemovedBlobs();
        foreach (string last in (string[])[ModelBlobs.Manifest, ModelBlobs.Publication])
        {
            foreach (string version in versions)
            {
                bool wasThere = await registry.Container.DeleteBlobIfExistsAsync(ModelBlobs.File(model, version, last), cancellationToken: cancellationToken);
                removed += new RemovedBlobs(wasThere ? 1 : 0, Bytes: 0);
            }
        }

        foreach (string prefix in prefixes)
        {
            removed += await RemovedBlobs.BelowAsync(registry.Container, prefix, blob => !IsOfAnotherVersion(blob), cancellationToken);
        }

        return new(model, versions, removed.Count, removed.Bytes);

        bool IsOfAnotherVersion(string blob) =>
            blob[ModelBlobs.Prefix(model).Length..].Split('/', 2) is [var first, _] && ModelNames.IsVersion(first) && !versions.Contains(first);
    }
}
