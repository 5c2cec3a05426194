namespace DurableTask.Core;

/// <summary>Why something failed, as histories tell it.</summary>
/// <param name="errorType">The full name of the exception type, or a code.</param>
/// <param name="errorMessage">The message.</param>
/// <param name="stackTrace">The stack trace, if known.</param>
/// <param name="innerFailure">The failure underneath, if any.</param>
/// <param name="isNonRetriable">Whether another attempt cannot cure it.</param>
/// <param name="properties">Further properties of the exception.</param>
public class FailureDetails(
    string errorType,
    string errorMessage,
    string? stackTrace,
    FailureDetails? innerFailure,
    bool isNonRetriable,
    IDictionary<string, object?>? properties = null)
{
    /// <summary>The full name of the exception type, or a code.</summary>
    public string ErrorType { get; } = errorType;

    /// <summary>The message.</summary>
    public string ErrorMessage { get; } = errorMessage;

    /// <summary>The stack trace, if known.</summary>
    public string? StackTrace { get; } = stackTrace;

    /// <summary>The failure underneath, if any.</summary>
    public FailureDetails? InnerFailure { get; } = innerFailure;

    /// <summary>Whether another attempt cannot cure it.</summary>
    public bool IsNonRetriable { get; } = isNonRetriable;

    /// <summary>Further properties of the exception.</summary>
    public IDictionary<string, object?>? Properties { get; } = properties;
}
