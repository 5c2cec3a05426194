using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Workflows.Definitions;

namespace DurableMl.Orchestrations.Workflows;

/// <summary>A version of a workflow.</summary>
/// <param name="Version">From 1; the newest has the highest.</param>
/// <param name="Sha256">The hash of the definition's text.</param>
/// <param name="CreatedAt">When it was pushed.</param>
public sealed record WorkflowVersion(int Version, string Sha256, DateTimeOffset CreatedAt);

/// <summary>A workflow's versions and aliases.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Versions">Its versions, oldest first.</param>
/// <param name="Aliases">The version that each alias names.</param>
public sealed record Workflow(string Name, IReadOnlyList<WorkflowVersion> Versions, IReadOnlyDictionary<string, int> Aliases)
{
    /// <summary>The version that a number or an alias names, or the newest for null; null where there is none.</summary>
    public WorkflowVersion? Find(string? versionOrAlias)
    {
        if (versionOrAlias is null)
        {
            return Versions[^1];
        }

        var number = Aliases.TryGetValue(versionOrAlias, out var named) ? named
            : int.TryParse(versionOrAlias, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var given) ? given
            : 0;
        return Versions.FirstOrDefault(version => version.Version == number);
    }
}

/// <summary>What came of pushing a definition.</summary>
/// <param name="Version">The version that holds it; null where it is wrong.</param>
/// <param name="IsNew">Whether the version was made now; the newest version again where it had that text already.</param>
/// <param name="Mistakes">What is wrong with the definition.</param>
public sealed record WorkflowPush(WorkflowVersion? Version, bool IsNew, IReadOnlyList<Diagnostic> Mistakes);

/// <summary>What came of changing an alias.</summary>
/// <param name="Workflow">The workflow as it is now; null where there is none of that name.</param>
/// <param name="ETag">Its ETag.</param>
/// <param name="Refusal">Why nothing was changed; null where it was.</param>
public sealed record AliasChange(Workflow? Workflow, ETag ETag, AliasRefusal? Refusal = null);

/// <summary>Why an alias was not changed.</summary>
public enum AliasRefusal
{
    /// <summary>There is no such workflow.</summary>
    NoWorkflow,

    /// <summary>There is no such version, or no such alias to remove.</summary>
    NoVersion,

    /// <summary>The workflow is not as the caller last saw it.</summary>
    Changed,

    /// <summary>There are as many aliases as there may be.</summary>
    TooMany,
}

/// <summary>
/// Definitions in the container <c>workflows</c>: each text once, named by its hash, and for each workflow a list of versions and aliases that
/// changes under its ETag.
/// </summary>
/// <param name="blobs">The data account.</param>
/// <param name="resources">What tasks may run.</param>
/// <param name="time">The clock that stamps versions.</param>
public sealed class WorkflowStore(BlobServiceClient blobs, WorkflowResources resources, TimeProvider time)
{
    /// <summary>Bytes that a definition may have.</summary>
    public const int MaxBytes = 1 << 20;

    private const int MaxVersions = 1000;
    private const int MaxAliases = 100;
    private const int MaxAttempts = 20;
    private const string Machines = "machines/";

    private readonly BlobContainerClient container = blobs.GetBlobContainerClient(DataContainers.Workflows);

    /// <summary>All that is wrong with a definition; empty for a good one.</summary>
    public IReadOnlyList<Diagnostic> Validate(ReadOnlySpan<byte> utf8) =>
        DefinitionValidator.Validate(System.Text.Encoding.UTF8.GetString(utf8), isExpress: false, resources.Objection);

    /// <summary>Adds a version, unless the newest has this text already, and lets an alias name it.</summary>
    /// <param name="name">The workflow, which is made if there is none.</param>
    /// <param name="utf8">The definition.</param>
    /// <param name="alias">The alias; null for none.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    /// <exception cref="PermanentFailureException">The workflow has as many versions or aliases as it may have.</exception>
    public async Task<WorkflowPush> PushAsync(string name, ReadOnlyMemory<byte> utf8, string? alias, CancellationToken cancellationToken)
    {
        var mistakes = Validate(utf8.Span);
        if (mistakes.Count > 0)
        {
            return new WorkflowPush(null, false, mistakes);
        }

        await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(utf8.Span));
        await container.GetBlobClient(DefinitionBlob(sha256)).TryCreateJsonAsync(utf8, cancellationToken);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var (workflow, etag) = await ReadAsync(name, cancellationToken);
            workflow ??= new Workflow(name, [], new Dictionary<string, int>());
            var newest = workflow.Versions.Count > 0 ? workflow.Versions[^1] : null;
            var isNew = newest?.Sha256 != sha256;
            var version = isNew ? new WorkflowVersion((newest?.Version ?? 0) + 1, sha256, time.GetUtcNow()) : newest!;
            var changed = workflow with
            {
                Versions = isNew ? [.. workflow.Versions, version] : workflow.Versions,
                Aliases = alias is null ? workflow.Aliases : WithAlias(workflow, alias, version.Version),
            };
            if (changed.Versions.Count > MaxVersions || changed.Aliases.Count > MaxAliases)
            {
                throw new PermanentFailureException($"A workflow has at most {MaxVersions} versions and {MaxAliases} aliases. Use another name.");
            }

            if ((!isNew && alias is null) || await Document(name).TryReplaceJsonAsync(changed, etag, cancellationToken) is not null)
            {
                return new WorkflowPush(version, isNew, []);
            }
        }

        throw new InvalidOperationException($"The workflow '{name}' was changed by others {MaxAttempts} times in a row.");
    }

    /// <summary>The workflow and its ETag; null where there is none.</summary>
    public Task<(Workflow? Workflow, ETag ETag)> ReadAsync(string name, CancellationToken cancellationToken) =>
        Document(name).ReadJsonWithETagAsync<Workflow>(cancellationToken);

    /// <summary>The names of all workflows, in order.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        var names = new List<string>();
        try
        {
            await foreach (BlobItem blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, Machines, cancellationToken))
            {
                names.Add(blob.Name[Machines.Length..^".json".Length]);
            }
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            // Nothing was pushed yet.
        }

        return names;
    }

    /// <summary>The text of a version.</summary>
    public async Task<BinaryData> DefinitionAsync(WorkflowVersion version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        Response<BlobDownloadResult> response = await container.GetBlobClient(DefinitionBlob(version.Sha256)).DownloadContentAsync(cancellationToken);
        return response.Value.Content;
    }

    /// <summary>Lets an alias name a version, or removes it.</summary>
    /// <param name="name">The workflow.</param>
    /// <param name="alias">The alias.</param>
    /// <param name="version">The version; null to remove the alias.</param>
    /// <param name="current">The ETag that the workflow must still have; null for any.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    public async Task<AliasChange> SetAliasAsync(string name, string alias, int? version, ETag? current, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var (workflow, etag) = await ReadAsync(name, cancellationToken);
            if (workflow is null)
            {
                return new AliasChange(null, default, AliasRefusal.NoWorkflow);
            }

            if (current is { } wanted && wanted != etag)
            {
                return new AliasChange(workflow, etag, AliasRefusal.Changed);
            }

            if (version is { } number ? workflow.Versions.All(each => each.Version != number) : !workflow.Aliases.ContainsKey(alias))
            {
                return new AliasChange(workflow, etag, AliasRefusal.NoVersion);
            }

            var changed = workflow with { Aliases = WithAlias(workflow, alias, version) };
            if (changed.Aliases.Count > MaxAliases)
            {
                return new AliasChange(workflow, etag, AliasRefusal.TooMany);
            }

            if (await Document(name).TryReplaceJsonAsync(changed, etag, cancellationToken) is { } written)
            {
                return new AliasChange(changed, written);
            }
        }

        throw new InvalidOperationException($"The workflow '{name}' was changed by others {MaxAttempts} times in a row.");
    }

    /// <summary>The resources of a definition's tasks, each with what it stands for, and what is wrong with them now.</summary>
    /// <param name="definition">A definition that was valid when it was pushed.</param>
    internal (IReadOnlyDictionary<string, string> Resolved, IReadOnlyList<Diagnostic> Mistakes) Resolve(JsonObject definition)
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        var mistakes = DefinitionValidator.Validate(definition, isExpress: false, resource =>
        {
            named.Add(resource);
            return resources.Objection(resource);
        });
        return (named.ToDictionary(resource => resource, resources.Resolve, StringComparer.Ordinal), mistakes);
    }

    private static string DefinitionBlob(string sha256) => $"definitions/{sha256}.json";

    private static SortedDictionary<string, int> WithAlias(Workflow workflow, string alias, int? version)
    {
        var aliases = new SortedDictionary<string, int>(workflow.Aliases.ToDictionary(), StringComparer.Ordinal);
        if (version is { } number)
        {
            aliases[alias] = number;
        }
        else
        {
            aliases.Remove(alias);
        }

        return aliases;
    }

    private BlobClient Document(string name) => container.GetBlobClient($"{Machines}{name}.json");
}
