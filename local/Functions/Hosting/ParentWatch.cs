using Microsoft.Extensions.Hosting;

namespace DurableMl.Local.Functions;

/// <summary>Stops the host when standard input ends: the parent holds the other end, so it ends when the parent dies, even by SIGKILL.</summary>
internal sealed class ParentWatch(HostSettings settings, IHostApplicationLifetime lifetime, Func<Stream> openInput) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!settings.WatchParent)
        {
            return;
        }

        await using Stream input = openInput();
        byte[] buffer = new byte[256];
        // A read of standard input cannot be cancelled everywhere; it is left behind when the host stops first.
        while (await Task.Run(() => input.Read(buffer), CancellationToken.None).WaitAsync(stoppingToken) > 0) { }

        lifetime.StopApplication();
    }
}
