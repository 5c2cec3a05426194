namespace Microsoft.DurableTask;

/// <summary>Options of an activity or sub-orchestration call.</summary>
public record TaskOptions
{
    /// <summary>Initializes options with retries.</summary>
    public TaskOptions(TaskRetryOptions? retry)
        : this(retry, tags: null)
    {
    }

    /// <summary>Initializes options.</summary>
    /// <param name="retry">When and how often to try again.</param>
    /// <param name="tags">Tags for the called task.</param>
#pragma warning disable RS0027 // the official overload set
    public TaskOptions(TaskRetryOptions? retry = null, IDictionary<string, string>? tags = null)
#pragma warning restore RS0027
    {
        Retry = retry;
        Tags = tags;
    }

    /// <summary>Initializes a copy.</summary>
    public TaskOptions(TaskOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Retry = options.Retry;
        Tags = options.Tags;
        Version = options.Version;
    }

    /// <summary>When and how often to try again; <c>null</c> means never.</summary>
    public TaskRetryOptions? Retry { get; init; }

    /// <summary>Tags for the called task.</summary>
    public IDictionary<string, string>? Tags { get; init; }

    /// <summary>The version of the task to call; <c>null</c> leaves the choice to the worker.</summary>
    public TaskVersion? Version { get; init; }

    /// <summary>Options that retry by a policy.</summary>
    public static TaskOptions FromRetryPolicy(RetryPolicy policy) => new(policy);

    /// <summary>Options that retry as long as the handler says so.</summary>
    public static TaskOptions FromRetryHandler(AsyncRetryHandler handler) => new(handler);

    /// <summary>Options that retry as long as the handler says so.</summary>
    public static TaskOptions FromRetryHandler(RetryHandler handler) => new(handler);

    /// <summary>These options for a sub-orchestration with a given instance id.</summary>
    public SubOrchestrationOptions WithInstanceId(string instanceId) => new(this, instanceId);
}
