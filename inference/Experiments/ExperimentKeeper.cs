using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableMl.Inference.Experiments;

/// <summary>Looks for waiting labels and writes what was counted, every few seconds and when the process ends.</summary>
internal sealed class ExperimentKeeper(ExperimentLog experiments, FeedbackMatcher feedback, TimeProvider time, ILogger<ExperimentKeeper> logger) : BackgroundService
{
    /// <summary>Writes what is left, that of requests answered while the process ends included.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await ForEachAsync(experiments.Models, experiments.FlushAsync, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(FeedbackMatcher.Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await ForEachAsync(feedback.Models, feedback.SweepAsync, stoppingToken);
            await ForEachAsync(experiments.Models, experiments.FlushAsync, stoppingToken);
        }
    }

    private async Task ForEachAsync(IEnumerable<string> models, Func<string, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        foreach (string model in models)
        {
            try
            {
                await work(model, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // Storage out of reach for one model must end neither the loop nor the host; the next round tries again.
                logger.LogWarning(e, "Experiments of model {Model} could not be brought up to date", model);
            }
        }
    }
}
