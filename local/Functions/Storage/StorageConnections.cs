using System.Collections.Concurrent;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;

namespace DurableMl.Local.Functions.Storage;

/// <summary>
/// Storage accounts by the names that attributes give them: <c>AzureWebJobs{name}</c>, then <c>{name}</c>, then a connection string of that
/// name. The value is a connection string, or a section with <c>blobServiceUri</c> and <c>queueServiceUri</c> that carry a SAS.
/// </summary>
internal sealed class StorageConnections(IConfiguration configuration, QueueMessageEncoding encoding)
{
    /// <summary>The account the host keeps its own data in, and the one a trigger without a connection uses.</summary>
    public const string Default = "AzureWebJobsStorage";

    private readonly ConcurrentDictionary<string, BlobServiceClient> blobs = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<(string Name, QueueMessageEncoding Encoding), QueueServiceClient> queues = new();

    public BlobServiceClient Blobs(string? connection) =>
        blobs.GetOrAdd(
            Name(connection),
            name =>
            {
                IConfigurationSection section = Find(name);
                return section.Value is { Length: > 0 } value
                    ? new BlobServiceClient(value)
                    : new BlobServiceClient(ServiceUri(section, "blobServiceUri"));
            }
        );

    /// <summary>Queues whose messages are encoded as host.json says.</summary>
    public QueueServiceClient Queues(string? connection) => Queues(connection, encoding);

    /// <summary>Queues whose messages are as they are on the wire.</summary>
    public QueueServiceClient PlainQueues(string? connection) => Queues(connection, QueueMessageEncoding.None);

    private QueueServiceClient Queues(string? connection, QueueMessageEncoding encoding) =>
        queues.GetOrAdd(
            (Name(connection), encoding),
            key =>
            {
                IConfigurationSection section = Find(key.Name);
                QueueClientOptions options = new() { MessageEncoding = key.Encoding };
                return section.Value is { Length: > 0 } value
                    ? new QueueServiceClient(value, options)
                    : new QueueServiceClient(ServiceUri(section, "queueServiceUri"), options);
            }
        );

    private static string Name(string? connection) => string.IsNullOrEmpty(connection) ? Default : connection;

    private static Uri ServiceUri(IConfigurationSection section, string key)
    {
        Uri uri = new(
            section[key]
                ?? throw new InvalidOperationException($"Setting '{section.Path}' is neither a connection string nor has it '{key}'.")
        );
        return uri.Query.Contains("sig=", StringComparison.Ordinal)
            ? uri
            : throw new NotSupportedException(
                $"Setting '{section.Path}:{key}' has no SAS: the local Functions host signs in to storage by connection string or SAS, not by Azure Identity."
            );
    }

    private IConfigurationSection Find(string name)
    {
        foreach (string candidate in (ReadOnlySpan<string>)[$"AzureWebJobs{name}", name, $"ConnectionStrings:{name}"])
        {
            IConfigurationSection section = configuration.GetSection(candidate);
            if (section.Exists())
            {
                return section;
            }
        }

        throw new InvalidOperationException($"Storage connection '{name}' is not set: add the setting '{name}' with a connection string.");
    }
}
