namespace Azure.Compute.Batch;

/// <summary>An error of the service that is not the answer to a single request.</summary>
public class BatchException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="requestInformation">What is known of the request.</param>
    /// <param name="message">What happened.</param>
    /// <param name="inner">What caused it; may be null.</param>
    public BatchException(RequestInformation requestInformation, string message, Exception inner)
        : base(message, inner) => RequestInformation = requestInformation;

    /// <summary>What is known of the request.</summary>
    public RequestInformation RequestInformation { get; }

    /// <inheritdoc/>
    public override string ToString() =>
        base.ToString() + (RequestInformation?.BatchError is { } error ? $"{Environment.NewLine}{error.Code}: {error.Message?.Value}" : "");
}
