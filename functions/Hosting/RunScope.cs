using System.Diagnostics;
using DurableMl.Orchestrations.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;

namespace DurableMl.Functions.Hosting;

/// <summary>
/// Puts the run, and the trial where there is one, on the span of a function and on all that it logs. Both come from the instance id, for an
/// orchestrator or an activity, or else from the route of a request or the name of a blob. An import, a scoring and an execution of a workflow have ids of the same kind.
/// </summary>
internal sealed class RunScope(ILogger<RunScope> logger) : IFunctionsWorkerMiddleware
{
    /// <summary>The attribute that has the run's id.</summary>
    public const string Run = "durableml.run.id";

    /// <summary>The attribute that has the trial's id.</summary>
    public const string Trial = "durableml.trial.id";

    private static readonly string[] Instance = ["instanceId", "runId", "importId", "scoreId", "executionId"];

    /// <inheritdoc/>
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        IReadOnlyDictionary<string, object?> bound = context.BindingContext.BindingData;
        string? instance = Instance.Select(name => bound.GetValueOrDefault(name)?.ToString()).FirstOrDefault(id => id is not null);
        (string? run, string? trial) = RunIds.Parse(instance);
        trial ??= bound.GetValueOrDefault("trialId")?.ToString();
        if (run is null)
        {
            await next(context);
            return;
        }

        var scope = new Dictionary<string, object>(StringComparer.Ordinal) { [Run] = run };
        if (trial is not null)
        {
            scope[Trial] = trial;
        }

        foreach ((string name, object value) in scope)
        {
            Activity.Current?.SetTag(name, value);
        }

        using (logger.BeginScope(scope))
        {
            await next(context);
        }
    }
}
