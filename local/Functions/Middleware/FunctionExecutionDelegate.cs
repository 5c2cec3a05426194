namespace Microsoft.Azure.Functions.Worker.Middleware;

/// <summary>A step of an invocation.</summary>
/// <param name="context">The invocation.</param>
/// <returns>A task that ends with the step.</returns>
public delegate Task FunctionExecutionDelegate(FunctionContext context);
