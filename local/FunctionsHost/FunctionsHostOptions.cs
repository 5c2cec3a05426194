using System.Net;

namespace DurableMl.FunctionsHost;

/// <summary>How the host is started.</summary>
internal sealed class FunctionsHostOptions
{
    /// <summary>The app's build output.</summary>
    public required string AppFolder { get; init; }

    /// <summary>Where it listens; null: what local.settings.json says, else 7071.</summary>
    public int? Port { get; init; }

    /// <summary>The address it listens on. Loopback, unless the person says otherwise.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Whether functions ask for keys as they do in Azure.</summary>
    public bool Authentication { get; init; } = true;

    /// <summary>Where keys and the timers' status are kept; null: a folder for this app in the user's application data.</summary>
    public string? StateFolder { get; init; }

    /// <summary>How long the worker may leave a question for its status unanswered before it is taken for hung; null: it is never asked.</summary>
    public TimeSpan? WorkerHangTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Services beside the host's own, such as another storage provider for the durable extension.</summary>
    public Action<IServiceCollection>? ConfigureServices { get; init; }

    /// <summary>How long invocations get to end when the host is stopped.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(20);
}
