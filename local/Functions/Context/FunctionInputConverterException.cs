namespace Microsoft.Azure.Functions.Worker;

/// <summary>A parameter could not be given a value.</summary>
public class FunctionInputConverterException : FunctionWorkerException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which parameters, and why.</param>
    public FunctionInputConverterException(string? message)
        : base(message) { }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which parameters, and why.</param>
    /// <param name="innerException">The conversions' errors.</param>
    public FunctionInputConverterException(string? message, Exception? innerException)
        : base(message, innerException) { }
}
