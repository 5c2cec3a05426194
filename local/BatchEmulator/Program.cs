using DurableMl.Local.BatchEmulator;

var configuration = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build();
var options = configuration.GetSection("BatchEmulator").Get<BatchEmulatorOptions>() ?? new BatchEmulatorOptions();
using var stop = new CancellationTokenSource();
if (Environment.GetEnvironmentVariable("DURABLEML_PARENT_WATCH") == "1")
{
    _ = WatchParentAsync();
}

try
{
    await using var host = await BatchEmulatorHost.StartAsync(options, cancellationToken: stop.Token);
    Console.WriteLine($"Batch emulator: {host.Url} account {host.AccountName}{(options.AccountKey is null ? " key " + host.AccountKey : "")}");
    await host.WaitForShutdownAsync(stop.Token);
    return 0;
}
catch (Exception e) when (e is InvalidOperationException or IOException or System.ComponentModel.Win32Exception)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}

// The parent holds the other end of standard input; its end is the parent's.
async Task WatchParentAsync()
{
    var buffer = new byte[256];
    var input = Console.OpenStandardInput();
    while (await input.ReadAsync(buffer) > 0)
    {
    }

    await stop.CancelAsync();
}
