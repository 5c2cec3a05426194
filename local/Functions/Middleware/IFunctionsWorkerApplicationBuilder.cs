using Microsoft.Azure.Functions.Worker.Middleware;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Configures the worker: its services and its middleware.</summary>
public interface IFunctionsWorkerApplicationBuilder
{
    /// <summary>The services.</summary>
    IServiceCollection Services { get; }

    /// <summary>Adds middleware, inside what was added before.</summary>
    /// <param name="middleware">Wraps the rest of the invocation.</param>
    /// <returns>This builder.</returns>
    IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware);
}
