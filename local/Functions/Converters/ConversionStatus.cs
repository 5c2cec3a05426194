namespace Microsoft.Azure.Functions.Worker.Converters;

/// <summary>What became of a conversion.</summary>
public enum ConversionStatus
{
    /// <summary>The converter does not do such conversions.</summary>
    Unhandled = 0,

    /// <summary>There is a value.</summary>
    Succeeded = 1,

    /// <summary>There is an error.</summary>
    Failed = 2,
}
