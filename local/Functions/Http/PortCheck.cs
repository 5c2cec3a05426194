using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;

namespace DurableMl.Local.Functions.Http;

/// <summary>Finds a busy port before anything else starts, and says so in one line.</summary>
internal sealed class PortCheck(HostSettings settings) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (settings.Port == 0)
        {
            return Task.CompletedTask;
        }

        using TcpListener listener = new(IPAddress.Loopback, settings.Port);
        try
        {
            listener.Start();
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            throw new PortUnavailableException(settings.Port, e);
        }

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
