namespace Microsoft.Azure.Functions.Worker.Middleware;

/// <summary>A step around every invocation.</summary>
public interface IFunctionsWorkerMiddleware
{
    /// <summary>Does the step.</summary>
    /// <param name="context">The invocation.</param>
    /// <param name="next">The rest of the invocation.</param>
    /// <returns>A task that ends with the step.</returns>
    Task Invoke(FunctionContext context, FunctionExecutionDelegate next);
}
