using Microsoft.AspNetCore.Hosting.Server;

namespace DurableMl.Local.BatchEmulator;

/// <summary>A running Batch emulator: web server, scheduler, virtual nodes.</summary>
public sealed class BatchEmulatorHost : IAsyncDisposable
{
    // Larger than any operation takes: addtaskcollection has the largest body, 1 MB.
    private const long LargestBody = 4 * 1024 * 1024;

    private readonly WebApplication app;
    private readonly Emulator emulator;

    private BatchEmulatorHost(WebApplication app, Emulator emulator, string accountName)
    {
        (this.app, this.emulator) = (app, emulator);
        // Kept: a server that has stopped has no address.
        (Url, AccountName) = (emulator.Url, accountName);
    }

    /// <summary>The account's URL, such as <c>http://127.0.0.1:10100</c>.</summary>
    public string Url { get; }

    /// <summary>The account's name.</summary>
    public string AccountName { get; }

    /// <summary>The account's key in base64.</summary>
    public string AccountKey => emulator.AccountKey;

    /// <summary>Starts an emulator and returns when it answers.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="clock">The time that nodes, constraints, retention and schedules go by; the system's when absent.</param>
    /// <param name="configure">Changes to the web application's builder, such as logging.</param>
    /// <param name="cancellationToken">Gives up the start.</param>
    /// <exception cref="InvalidOperationException">A setting is wrong, or another emulator uses the data directory.</exception>
    public static async Task<BatchEmulatorHost> StartAsync(
        BatchEmulatorOptions options, TimeProvider? clock = null, Action<WebApplicationBuilder>? configure = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(options.Url);
        builder.WebHost.ConfigureKestrel(k => k.Limits.MaxRequestBodySize = LargestBody);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        configure?.Invoke(builder);
        var web = builder.Build();
        var made = new Emulator(options, clock ?? TimeProvider.System, web.Services.GetRequiredService<IServer>(), web.Services.GetRequiredService<ILoggerFactory>());
        try
        {
            made.Map(web);
            await web.StartAsync(cancellationToken);
            await made.StartAsync(cancellationToken);
            return new BatchEmulatorHost(web, made, options.AccountName);
        }
        catch
        {
            await web.DisposeAsync();
            await made.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns when the program is asked to stop.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken = default) => app.WaitForShutdownAsync(cancellationToken);

    /// <summary>Stops the server and kills every task process; the tasks are requeued at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await emulator.DisposeAsync();
    }
}
