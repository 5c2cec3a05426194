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

    /// <summary>The image for training: every job runs in it that has no entry in <see cref="ContainerImages"/> and no image of its own. Null: the one of its job.json.</summary>
    public string? ContainerImage { get; init; }

    /// <summary>The images of single jobs, by the job's name. They go before <see cref="ContainerImage"/>.</summary>
    public IReadOnlyDictionary<string, string> ContainerImages { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>CPU threads per trial; null: all cores of the node. Set it where a node has several task slots.</summary>
    public int? Threads { get; init; }

    /// <summary>How long what a trial may read and write is signed for. It is renewed as long as the app looks at the trial, so it has to cover the app's outages only.</summary>
    public TimeSpan SasLifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The setting with one job's image. Names of settings have no '-' on every platform, so '_' stands for it.</summary>
    public static string ContainerImageSetting(string job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return "Batch__ContainerImages__" + job.Replace('-', '_');
    }

    /// <summary>Reads the settings from environment variables, as Functions sets them.</summary>
    /// <param name="jobs">The jobs that may have an image set for them.</param>
    /// <exception cref="InvalidOperationException">A setting is missing or malformed; the message names it.</exception>
    public static BatchSettings FromEnvironment(params IReadOnlyList<string> jobs) => From(Environment.GetEnvironmentVariable, jobs);

    /// <summary>Reads the settings through a look-up by name, such as <c>Batch__AccountUrl</c>.</summary>
    /// <param name="read">The look-up.</param>
    /// <param name="jobs">The jobs that may have an image set for them.</param>
    /// <exception cref="InvalidOperationException">A setting is missing or malformed; the message names it.</exception>
    public static BatchSettings From(Func<string, string?> read, params IReadOnlyList<string> jobs)
    {
        ArgumentNullException.ThrowIfNull(read);
        ArgumentNullException.ThrowIfNull(jobs);
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
            ContainerImages = jobs.Where(job => Optional(ContainerImageSetting(job)) is not null)
                .ToDictionary(job => job, job => Optional(ContainerImageSetting(job))!, StringComparer.Ordinal),
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
