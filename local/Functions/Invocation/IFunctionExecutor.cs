namespace Microsoft.Azure.Functions.Worker.Invocation;

/// <summary>Runs a function: the innermost step of an invocation.</summary>
public interface IFunctionExecutor
{
    /// <summary>Binds the parameters, runs the method and keeps its result.</summary>
    /// <param name="context">The invocation.</param>
    /// <returns>A task that ends with the method.</returns>
    ValueTask ExecuteAsync(FunctionContext context);
}
