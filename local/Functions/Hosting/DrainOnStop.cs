using DurableMl.Local.Functions.Invocation;
using Microsoft.Extensions.Hosting;

namespace DurableMl.Local.Functions;

/// <summary>Holds up the host's stopping until the invocations under way have ended. It starts first, so it stops last.</summary>
internal sealed class DrainOnStop(InvocationDrain drain) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => drain.DrainAsync(cancellationToken);
}
