namespace Microsoft.Azure.Functions.Worker.Converters;

/// <summary>A conversion to do.</summary>
public abstract class ConverterContext
{
    /// <summary>The parameter's type.</summary>
    public abstract Type TargetType { get; }

    /// <summary>What the binding has.</summary>
    public abstract object? Source { get; }

    /// <summary>The invocation.</summary>
    public abstract FunctionContext FunctionContext { get; }

    /// <summary>What is known of the parameter.</summary>
    public abstract IReadOnlyDictionary<string, object> Properties { get; }
}
