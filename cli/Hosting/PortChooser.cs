using System.Net;
using System.Net.Sockets;

namespace DurableMl.Cli.Hosting;

/// <summary>
/// Chooses ports: the one asked for, else the one used last time in this folder (URLs with it may be stored in a run that
/// is to be resumed), else the customary one, else any that is free.
/// </summary>
/// <param name="isFree">Whether nobody listens on a port.</param>
/// <param name="anyFree">Gives a free port.</param>
internal sealed class PortChooser(Func<int, bool> isFree, Func<int> anyFree)
{
    /// <summary>The ports that everybody knows these services by.</summary>
    public static readonly HostPorts Customary = new(Functions: 7071, Blob: 10000, Queue: 10001, Table: 10002, Batch: 10100);
    private readonly HashSet<int> _taken = [];

    /// <summary>Looks at this machine's loopback interface.</summary>
    public static PortChooser ForLoopback() => new(IsFree, AnyFree);

    /// <summary>Chooses a port for each service.</summary>
    /// <exception cref="CliException">A port that was asked for is in use, or was asked for twice.</exception>
    public HostPorts Choose(PortRequest request, HostPorts? previous)
    {
        // What was asked for goes first, so that nothing else takes it.
        var functions = Wanted(request.Functions, "--port");
        var blob = Wanted(request.Blob, "--azurite-blob-port");
        var queue = Wanted(request.Queue, "--azurite-queue-port");
        var table = Wanted(request.Table, "--azurite-table-port");
        var batch = Wanted(request.Batch, "--batch-port");
        return new HostPorts(
            functions ?? First(previous?.Functions, Customary.Functions),
            blob ?? First(previous?.Blob, Customary.Blob),
            queue ?? First(previous?.Queue, Customary.Queue),
            table ?? First(previous?.Table, Customary.Table),
            batch ?? First(previous?.Batch, Customary.Batch));
    }

    /// <summary>Chooses a port for the Batch emulator alone.</summary>
    /// <exception cref="CliException">The port that was asked for is in use.</exception>
    public int ChooseBatch(int? wanted) => Wanted(wanted, "--port") ?? First(null, Customary.Batch);

    /// <summary>Chooses where the dashboard is looked at and where it takes telemetry; to be called after <see cref="Choose"/>.</summary>
    public (int Web, int Telemetry) ChooseDashboard() => (First(null, 18888), First(null, 4318));

    private int? Wanted(int? port, string option)
    {
        if (port is not { } wanted)
        {
            return null;
        }

        if (!_taken.Add(wanted))
        {
            throw new CliException($"Port {wanted} ({option}) is asked for twice. Give each service its own.");
        }

        return isFree(wanted) ? wanted : throw new CliException($"Port {wanted} ({option}) is in use. Stop what listens there, or give another port.");
    }

    private int First(int? previous, int customary)
    {
        if (previous is { } last && !_taken.Contains(last) && isFree(last))
        {
            _taken.Add(last);
            return last;
        }

        if (!_taken.Contains(customary) && isFree(customary))
        {
            _taken.Add(customary);
            return customary;
        }

        int port;
        do
        {
            port = anyFree();
        }
        while (!_taken.Add(port));
        return port;
    }

    /// <summary>Whether nobody listens on a port of the loopback interface.</summary>
    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int AnyFree()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
