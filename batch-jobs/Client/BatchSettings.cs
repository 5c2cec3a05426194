namespace DurableMl.BatchJobs.Client;

/// <summary>Where training runs: the <c>Batch__*</c> settings.</summary>
public sealed record BatchSettings
{
    /// <summary>The account's endpoint, for example <c>https://account.region.batch.azure.com</c>.</summary>
    public required Uri AccountUrl { get; init; }

    /// <summary>The account's name; needed with a key only.</summary>
    public string? AccountName { get; init; }

    /// <summary>A shared key in base64; null: Microsoft Entra ID, as in production.</summary>
    public string? AccountKey { get; init; }

    /// <summary>The pool of spot nodes.</summary>
    public required string PoolId { get; init; }

    /// <summary>The pool that a trial falls back to after too many preemptions; null: there is none, it stays on spot.</summary>
    public string? DedicatedPoolId { get; init; }

    /// <summary>The image that every job runs in; null: each job's own.</summary>
    public string? ContainerImage { get; init; }

    /// <summary>CPU threads per trial; null: all cores of the node. Set it where a node has several task slots.</summary>
    public int? Threads { get; init; }

    /// <summary>How long the SAS that a task gets is valid. It must cover the wait for a node too.</summary>
    public TimeSpan SasLifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Reads the settings from environment variables, as Functions sets them.</summary>
    /// <exception cref="InvalidOperationException">A setting is missing or malformed; the message names it.</exception>
    public static BatchSettings FromEnvironment() => From(Environment.GetEnvironmentVariable);

    /// <summary>Reads the settings through a look-up by name, such as <c>Batch__AccountUrl</c>.</summary>
    /// <exception cref="InvalidOperationException">A setting is missing or malformed; the message names it.</exception>
    public static BatchSettings From(Func<string, string?> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        var url = Required("Batch__AccountUrl");
        if (!Uri.TryCreate(url, UriKind.Absolute, out var accountUrl) || accountUrl.Scheme is not ("https" or "http"))
        {
            throw new InvalidOperationException($"Batch__AccountUrl must be an http(s) URL such as https://account.region.batch.azure.com, not '{url}'.");
        }

        var key = Optional("Batch__AccountKey");
        return new BatchSettings
        {
            AccountUrl = accountUrl,
            AccountName = key is null ? Optional("Batch__AccountName") : Required("Batch__AccountName"),
            AccountKey = key,
            PoolId = Required("Batch__PoolId"),
            DedicatedPoolId = Optional("Batch__DedicatedPoolId"),
            ContainerImage = Optional("Batch__ContainerImage"),
            Threads = Threads(),
        };

        string? Optional(string name) => read(name) is { Length: > 0 } value ? value : null;

        string Required(string name) =>
            Optional(name) ?? throw new InvalidOperationException($"The setting {name} is missing: training needs it.");

        int? Threads()
        {
            if (Optional("Batch__Threads") is not { } text)
            {
                return null;
            }

            return int.TryParse(text, out var threads) && threads is > 0 and <= 1024
                ? threads
                : throw new InvalidOperationException($"Batch__Threads must be a number from 1 to 1024, not '{text}'.");
        }
    }
}
