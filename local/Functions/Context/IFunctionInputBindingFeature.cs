namespace Microsoft.Azure.Functions.Worker.Context.Features;

/// <summary>Gives a function's parameters their values.</summary>
public interface IFunctionInputBindingFeature
{
    /// <summary>Binds every parameter; the values are made once for an invocation.</summary>
    /// <param name="context">The invocation.</param>
    /// <returns>The values.</returns>
    /// <exception cref="FunctionInputConverterException">A parameter has no value.</exception>
    ValueTask<FunctionInputBindingResult> BindFunctionInputAsync(FunctionContext context);
}
