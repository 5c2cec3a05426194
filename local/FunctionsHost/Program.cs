using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using DurableMl.FunctionsHost;
using DurableMl.FunctionsHost.App;
using DurableMl.FunctionsHost.Worker;

var appFolder = new Option<string>("--app") { Description = "The folder that the app was built into.", Required = true };
var port = new Option<int?>("--port") { Description = "The port for functions; local.settings.json's, or 7071, if left out." };
var address = new Option<IPAddress>("--address")
{
    Description = "The address to listen on. Only this machine can reach the default.",
    DefaultValueFactory = _ => IPAddress.Loopback,
    CustomParser = result => IPAddress.TryParse(result.Tokens[0].Value, out var parsed)
        ? parsed
        : Fail(result, "'--address' takes an IP address such as 0.0.0.0."),
};
var noAuth = new Option<bool>("--no-auth") { Description = "Ask for no keys, as `func start` does." };
var state = new Option<string?>("--state") { Description = "Where keys and the timers' status are kept." };
var hang = new Option<int>("--worker-timeout")
{
    Description = "Seconds until a worker that does not answer is restarted; 0 for never, as for debugging.",
    DefaultValueFactory = _ => 30,
};
var root = new RootCommand("Runs a .NET isolated Azure Functions app from its build output, with the genuine WebJobs extensions.")
{
    appFolder, port, address, noAuth, state, hang,
};
root.SetAction((result, _) => RunAsync(new FunctionsHostOptions
{
    AppFolder = result.GetRequiredValue(appFolder),
    Port = result.GetValue(port),
    Address = result.GetValue(address)!,
    Authentication = !result.GetValue(noAuth),
    StateFolder = result.GetValue(state),
    WorkerHangTimeout = result.GetValue(hang) is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : null,
}));
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });

static IPAddress? Fail(System.CommandLine.Parsing.ArgumentResult result, string message)
{
    result.AddError(message);
    return null;
}

static async Task<int> RunAsync(FunctionsHostOptions options)
{
    using var stop = new CancellationTokenSource();
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    if (Environment.GetEnvironmentVariable("DURABLEML_PARENT_WATCH") == "1")
    {
        _ = StopWithParentAsync(stop);
    }

    void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        stop.Cancel();
    }

    try
    {
        await RunUntilStoppedAsync(FunctionsHostApplication.Create(options), stop.Token);
        return 0;
    }
    catch (Exception e) when (e is AppFileException or InvalidDataException or WorkerUnavailableException or TriggerBrokenException or IOException)
    {
        await Console.Error.WriteLineAsync(e.Message);
        return 1;
    }
}

static async Task RunUntilStoppedAsync(FunctionsHostApplication host, CancellationToken stop)
{
    try
    {
        await host.StartAsync(stop);
        await host.WaitAsync(stop);
    }
    catch (OperationCanceledException) when (stop.IsCancellationRequested)
    {
    }
    finally
    {
        await host.StopAsync();
        // An extension that is still being started, as while its storage is down, may not let go; the process ends without it.
        await Task.Run(async () => await host.DisposeAsync())
            .WaitAsync(TimeSpan.FromSeconds(2))
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}

// Who started the host holds the other end of its standard input; the end of one is the end of the other.
static async Task StopWithParentAsync(CancellationTokenSource stop)
{
    var buffer = new byte[256];
    var input = Console.OpenStandardInput();
    while (await input.ReadAsync(buffer) > 0)
    {
    }

    await stop.CancelAsync();
}
