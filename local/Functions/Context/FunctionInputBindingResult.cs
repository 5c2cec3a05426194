namespace Microsoft.Azure.Functions.Worker.Context.Features;

/// <summary>The values of a function's parameters.</summary>
public class FunctionInputBindingResult
{
    /// <summary>Creates the result.</summary>
    /// <param name="values">A value for each parameter, in order.</param>
    public FunctionInputBindingResult(object?[] values)
    {
        Values = values ?? throw new ArgumentNullException(nameof(values));
    }

    /// <summary>A value for each parameter, in order.</summary>
    public object?[] Values { get; }
}
