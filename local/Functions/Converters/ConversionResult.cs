namespace Microsoft.Azure.Functions.Worker.Converters;

/// <summary>What became of a conversion.</summary>
public readonly struct ConversionResult
{
    private ConversionResult(ConversionStatus status, object? value, Exception? error)
    {
        Status = status;
        Value = value;
        Error = error;
    }

    /// <summary>What became of it.</summary>
    public ConversionStatus Status { get; }

    /// <summary>The value, when it succeeded.</summary>
    public object? Value { get; }

    /// <summary>The error, when it failed.</summary>
    public Exception? Error { get; }

    /// <summary>The converter does not do such conversions.</summary>
    /// <returns>The result.</returns>
    public static ConversionResult Unhandled() => default;

    /// <summary>The converter made a value.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The result.</returns>
    public static ConversionResult Success(object? value) => new(ConversionStatus.Succeeded, value, error: null);

    /// <summary>The converter could not make a value, and no other is to try.</summary>
    /// <param name="exception">Why.</param>
    /// <returns>The result.</returns>
    public static ConversionResult Failed(Exception exception) => new(ConversionStatus.Failed, value: null, exception);
}
