using DurableMl.Inference.Serving;

namespace DurableMl.Serving;

/// <summary>
/// Leaves the load balancer time when the process is told to end: not ready from then on, it goes on answering for
/// <c>Serving__DrainSeconds</c> (5), and only then takes no connection any more and ends what it has begun.
/// </summary>
internal sealed class Drain(InferenceServer server, IConfiguration configuration, TimeProvider time) : IHostedLifecycleService
{
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        server.Drain();
        return Task.Delay(TimeSpan.FromSeconds(configuration.GetValue("Serving:DrainSeconds", 5.0)), time, cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
