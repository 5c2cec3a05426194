using System.Diagnostics;
using System.Net.Sockets;
using DurableMl.Tests.Support;

namespace DurableMl.Bench.Inference;

/// <summary>One of the sides: a server in a process of its own on a free port.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process process;

    private ServerProcess(Process process, int port)
    {
        this.process = process;
        Port = port;
    }

    public int Port { get; }

    public int GrpcPort { get; private set; }

    /// <summary>Megabytes that it holds.</summary>
    public double WorkingSet
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64 / 1e6;
        }
    }

    /// <summary>Processor time it has taken so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>This program itself, as one of the .NET sides; <c>{port}</c> stands for the port.</summary>
    public static Task<ServerProcess> SelfAsync(IReadOnlyDictionary<string, string> settings, params string[] arguments) =>
        StartAsync(settings, "dotnet", [typeof(Servers).Assembly.Location, .. arguments]);

    /// <summary>serving/, the container's program; <see cref="GrpcPort"/> is where it speaks gRPC.</summary>
    /// <param name="settings">Its settings.</param>
    /// <param name="core">The core that it is to know and use alone; null for all.</param>
    public static async Task<ServerProcess> ServingAsync(IReadOnlyDictionary<string, string> settings, int? core = null)
    {
        int[] ports = FreePort.Next(2);
        string program = Path.Combine(Repository.Root, "serving", "bin", "Release", "net10.0", "DurableMl.Serving.dll");
        var all = new Dictionary<string, string>(settings)
        {
            ["Kestrel__Endpoints__Http__Url"] = $"http://127.0.0.1:{ports[0]}", ["Kestrel__Endpoints__Grpc__Url"] = $"http://127.0.0.1:{ports[1]}",
            ["Serving__AllowAnonymous"] = "true", ["Logging__LogLevel__Default"] = "Warning",
        };
        string[] arguments = core is null ? ["dotnet", program] : ["taskset", "-c", $"{core}", "dotnet", program];
        ServerProcess server = await StartAsync(all, ports[0], arguments[0], arguments[1..]);
        server.GrpcPort = ports[1];
        return server;
    }

    /// <summary>A program that listens on the port written <c>{port}</c> in its arguments; returns when it does.</summary>
    public static async Task<ServerProcess> StartAsync(IReadOnlyDictionary<string, string> settings, string program, params string[] arguments)
    {
        int port = FreePort.Next();
        return await StartAsync(settings, port, program, Array.ConvertAll(arguments, argument => argument.Replace("{port}", $"{port}", StringComparison.Ordinal)));
    }

    private static async Task<ServerProcess> StartAsync(IReadOnlyDictionary<string, string> settings, int port, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in settings)
        {
            start.Environment[name] = value;
        }

        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) => Console.Error.Write(line.Data is { } text ? text + Environment.NewLine : "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Kill(process);
        var server = new ServerProcess(process, port);
        await server.ListeningAsync();
        return server;
    }

    public Uri Url(string path) => new($"http://127.0.0.1:{Port}/{path}");

    /// <summary>Runs a load and adds what it cost this process.</summary>
    public Measurement Measure(Func<Measurement> load)
    {
        TimeSpan before = ProcessorTime;
        var cores = new Cores();
        Measurement measured = load();
        return measured with
        {
            ServerMicroseconds = (ProcessorTime - before).TotalMicroseconds / Math.Max(1, measured.Requests),
            Busy = cores.BusySince(),
        };
    }

    public void Dispose()
    {
        Kill(process);
        process.Dispose();
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }

    private async Task ListeningAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync("127.0.0.1", Port, limit.Token);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50, limit.Token);
            }
        }
    }
}
