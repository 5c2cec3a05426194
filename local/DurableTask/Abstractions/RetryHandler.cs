namespace Microsoft.DurableTask;

/// <summary>Decides whether a failed task is tried again. Orchestrator code: it must be deterministic.</summary>
/// <param name="retryContext">What happened so far.</param>
/// <returns><c>true</c> to try again.</returns>
public delegate bool RetryHandler(RetryContext retryContext);

/// <summary>Decides whether a failed task is tried again. Orchestrator code: it must be deterministic and may await the context's tasks.</summary>
/// <param name="retryContext">What happened so far.</param>
/// <returns><c>true</c> to try again.</returns>
public delegate Task<bool> AsyncRetryHandler(RetryContext retryContext);
