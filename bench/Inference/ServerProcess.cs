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

    /// <summary>Megabytes that it holds, with the processes that it has started.</summary>
    public double WorkingSet => All(process => process.WorkingSet64).Sum() / 1e6;

    /// <summary>Processor time it has taken so far, with the processes that it has started: a Functions host's worker is one.</summary>
    public TimeSpan ProcessorTime => TimeSpan.FromTicks(All(process => process.TotalProcessorTime.Ticks).Sum());

    /// <summary>This program itself, as one of the .NET sides; <c>{port}</c> stands for the port.</summary>
    public static Task<ServerProcess> SelfAsync(IReadOnlyDictionary<string, string> settings, params string[] arguments) =>
        StartAsync(settings, "dotnet", [typeof(Servers).Assembly.Location, .. arguments]);

    /// <summary>serving/, the container's program; <see cref="GrpcPort"/> is where it speaks gRPC.</summary>
    /// <param name="settings">Its settings.</param>
    /// <param name="cores">The cores that it is to know and use, as <c>taskset</c> takes them; null for all.</param>
    /// <param name="root">Another working tree whose build it is to be; null for this one's.</param>
    public static async Task<ServerProcess> ServingAsync(IReadOnlyDictionary<string, string> settings, string? cores = null, string? root = null)
    {
        int[] ports = FreePort.Next(2);
        string program = Path.Combine(root ?? Repository.Root, "serving", "bin", "Release", "net10.0", "DurableMl.Serving.dll");
        var all = new Dictionary<string, string>(settings)
        {
            ["Kestrel__Endpoints__Http__Url"] = $"http://127.0.0.1:{ports[0]}", ["Kestrel__Endpoints__Grpc__Url"] = $"http://127.0.0.1:{ports[1]}",
            ["Kestrel__Endpoints__Grpc__Protocols"] = "Http2",
            ["Serving__AllowAnonymous"] = "true", ["Logging__LogLevel__Default"] = "Warning",
        };
        string[] arguments = cores is null ? ["dotnet", program] : ["taskset", "-c", cores, "dotnet", program];
        ServerProcess server = await StartAsync(all, ports[0], arguments[0], arguments[1..]);
        server.GrpcPort = ports[1];
        return server;
    }

    /// <summary>The app in the local Functions host, keys off.</summary>
    public static Task<ServerProcess> FunctionsAsync(IReadOnlyDictionary<string, string> settings)
    {
        string Built(params string[] path) => Path.Combine([Repository.Root, .. path, "bin", "Release", "net10.0"]);
        return StartAsync(
            settings, "dotnet", Path.Combine(Built("local", "FunctionsHost"), "durableml-functions-host.dll"), "--app", Built("functions"), "--port", "{port}", "--no-auth");
    }

    /// <summary>onnxruntime-node behind Node's <c>http</c>.</summary>
    public static Task<ServerProcess> NodeAsync(string model, string shape)
    {
        string folder = Path.Combine(Repository.Root, "bench", "Inference", "node");
        return Directory.Exists(Path.Combine(folder, "node_modules"))
            ? StartAsync(new Dictionary<string, string>(), "node", Path.Combine(folder, "server.js"), model, "{port}", shape)
            : throw new InvalidOperationException($"Run 'npm install --ignore-scripts' in {folder} first.");
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

    /// <summary>Where a model's requests go.</summary>
    public Uri Infer(string model) => Url($"v2/models/{model}/infer");

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

    private IEnumerable<long> All(Func<Process, long> figure)
    {
        foreach (int id in (int[])[process.Id, .. ProcessTree.Below(process.Id)])
        {
            using Process each = Process.GetProcessById(id);
            yield return figure(each);
        }
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
