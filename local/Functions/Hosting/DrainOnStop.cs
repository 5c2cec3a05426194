using DurableMl.Local.Functions.Invocation;
using Microsoft.Extensions.Hosting;

namespace DurableMl.Local.Functions;

/// <summary>
/// Holds up the host's stopping until the invocations under way have ended, or are cancelled. It starts first, so it stops last: requests
/// have been answered by then, and the durable engine has taken what results there were.
/// </summary>
internal sealed class DrainOnStop(InvocationDrain drain, TimeProvider time) : IHostedService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => drain.DrainAsync(Patience, time, cancellationToken);
}
