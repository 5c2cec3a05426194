using System.ComponentModel;

namespace Microsoft.DurableTask;

/// <summary>Retries with exponential back-off.</summary>
public class RetryPolicy
{
    Func<Exception, bool> handle = _ => true;

    /// <summary>Initializes a policy.</summary>
    /// <param name="maxNumberOfAttempts">Attempts in all, at least 1.</param>
    /// <param name="firstRetryInterval">Delay before the first retry, greater than zero.</param>
    /// <param name="backoffCoefficient">Factor from one delay to the next, at least 1.</param>
    /// <param name="maxRetryInterval">Longest delay; <c>null</c> means one hour, <see cref="Timeout.InfiniteTimeSpan"/> no limit.</param>
    /// <param name="retryTimeout">Time after which nothing is tried again; <c>null</c> means no limit.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public RetryPolicy(
        int maxNumberOfAttempts,
        TimeSpan firstRetryInterval,
        double backoffCoefficient = 1,
        TimeSpan? maxRetryInterval = null,
        TimeSpan? retryTimeout = null)
    {
        Check(maxNumberOfAttempts > 0, nameof(maxNumberOfAttempts), maxNumberOfAttempts, "The value must be greater than zero.");
        Check(firstRetryInterval > TimeSpan.Zero, nameof(firstRetryInterval), firstRetryInterval, "The value must be greater than zero.");
        Check(backoffCoefficient >= 1, nameof(backoffCoefficient), backoffCoefficient, "The value must be greater or equal to 1.0.");
        Check(
            maxRetryInterval is null || maxRetryInterval == Timeout.InfiniteTimeSpan || maxRetryInterval >= firstRetryInterval,
            nameof(maxRetryInterval), maxRetryInterval, $"The value must be greater or equal to the value for {nameof(firstRetryInterval)}.");
        Check(
            retryTimeout is null || retryTimeout == Timeout.InfiniteTimeSpan || retryTimeout >= firstRetryInterval,
            nameof(retryTimeout), retryTimeout, $"The value must be greater or equal to the value for {nameof(firstRetryInterval)}.");
        MaxNumberOfAttempts = maxNumberOfAttempts;
        FirstRetryInterval = firstRetryInterval;
        BackoffCoefficient = backoffCoefficient;
        MaxRetryInterval = maxRetryInterval ?? TimeSpan.FromHours(1);
        RetryTimeout = retryTimeout ?? Timeout.InfiniteTimeSpan;
    }

    /// <summary>Attempts in all.</summary>
    public int MaxNumberOfAttempts { get; }

    /// <summary>Delay before the first retry.</summary>
    public TimeSpan FirstRetryInterval { get; }

    /// <summary>Factor from one delay to the next.</summary>
    public double BackoffCoefficient { get; }

    /// <summary>Longest delay between two attempts.</summary>
    public TimeSpan MaxRetryInterval { get; }

    /// <summary>Time after which nothing is tried again.</summary>
    public TimeSpan RetryTimeout { get; }

    /// <summary>Whether an exception is worth another attempt.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Func<Exception, bool> Handle => handle;

    /// <summary>Never called.</summary>
    [Obsolete("This functionality is not implemented. Will be removed in the future. Use TaskOptions.FromRetryHandler or HandleFailure instead.")]
    public Func<Exception, Task<bool>>? HandleAsync { get; set; }

    /// <summary>Whether a failure is worth another attempt. Default: always.</summary>
    public Func<TaskFailureDetails, bool> HandleFailure
    {
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            FailureFilter = value;
            handle = exception => value(TaskFailureDetails.FromException(exception));
        }
    }

    internal Func<TaskFailureDetails, bool>? FailureFilter { get; private init; }

    static void Check(bool valid, string name, object? value, string message)
    {
        if (!valid)
        {
            throw new ArgumentOutOfRangeException(name, value, message);
        }
    }
}
