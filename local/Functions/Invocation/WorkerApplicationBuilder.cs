using Microsoft.Azure.Functions.Worker.Middleware;

namespace DurableMl.Local.Functions.Invocation;

/// <summary>Collects middleware and makes the pipeline of it.</summary>
internal sealed class WorkerApplicationBuilder(IServiceCollection services) : IFunctionsWorkerApplicationBuilder
{
    private readonly List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware = [];

    public IServiceCollection Services => services;

    public bool HasMiddleware => middleware.Count > 0;

    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        this.middleware.Add(middleware);
        return this;
    }

    public FunctionExecutionDelegate Build(FunctionExecutionDelegate function)
    {
        FunctionExecutionDelegate pipeline = function;
        for (int i = middleware.Count - 1; i >= 0; i--)
        {
            pipeline = middleware[i](pipeline);
        }

        return pipeline;
    }
}
