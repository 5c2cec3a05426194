using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs;
using DurableMl.Bench.Inference;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Sessions;
using DurableMl.Tests.Support;
using Microsoft.ML.OnnxRuntime;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["ours", var port, var connection]:
        await Servers.OursAsync(port, connection);
        return 0;
    case ["plain", var port, var model, var shape]:
        await Servers.PlainAsync(port, model, shape);
        return 0;
}

TimeSpan length = TimeSpan.FromSeconds(double.Parse(Option("--seconds") ?? "5"));
int soak = int.Parse(Option("--soak") ?? "0");
string? functions = Option("--functions");
using var folder = new TemporaryFolder();
await using AzuriteProcess azurite = await AzuriteProcess.StartAsync();
var lines = new List<string>();
Process python = Process.Start(new ProcessStartInfo(Repository.Python, [Path.Combine(AppContext.BaseDirectory, "models.py"), folder.Path]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
await python.WaitForExitAsync();
string mnist = folder["mnist.onnx"];
string resnet = folder["resnet50.onnx"];
var registry = new ModelRegistry(new BlobServiceClient(azurite.ConnectionString), TimeProvider.System);
await PublishAsync("mnist", mnist, null);
await PublishAsync("mnist-alone", mnist, new ServingOptions { MaxBatch = 1 });
await PublishAsync("resnet50", resnet, null);
await PublishAsync("wide", folder["wide.onnx"], null);
await PublishAsync("wide-alone", folder["wide.onnx"], new ServingOptions { MaxBatch = 1 });

var random = new Random(0);
float[] small = Pixels(1 * 28 * 28);
float[] big = Pixels(3 * 224 * 224);
Say($"{Environment.ProcessorCount} cores ({CpuModel()}), .NET {Environment.Version}, ONNX Runtime {OrtEnv.Instance().GetVersionString()}, {length.TotalSeconds:0} s each, load generator on the same cores");
Say("");
Say("| model | side | connections | requests/s | p50 ms | p99 ms |");
Say("|---|---|---:|---:|---:|---:|");

(double rawSmall, _) = Raw(mnist, small, [1, 1, 28, 28], "MNIST CNN");
(double rawBig, _) = Raw(resnet, big, [1, 3, 224, 224], "ResNet-50");

Dictionary<string, string> settings = new() { ["Inference__CacheFolder"] = folder["cache"], ["Inference__Preload"] = "" };
string oursPort = $"{FreePort.Next()}";
Measurement json, binary, alone, oursBig, wide, wideAlone;
using (Process ours = Self(settings, "ours", oursPort, azurite.ConnectionString))
{
    Uri Url(string model) => new($"http://127.0.0.1:{oursPort}/v2/models/{model}/infer");
    await ListeningAsync(oursPort);
    var cold = Stopwatch.StartNew();
    Measurement first = await new Load(Url("resnet50"), Binary(big, [1, 3, 224, 224], out int bigHeader), bigHeader).ClosedAsync(1, TimeSpan.FromMilliseconds(50));
    double coldSeconds = cold.Elapsed.TotalSeconds;
    json = await MeasureAsync("MNIST CNN", "DurableMl handler, JSON", Url("mnist"), Json(small, [1, 1, 28, 28]), null, 64);
    binary = await MeasureAsync("MNIST CNN", "DurableMl handler, binary", Url("mnist"), Binary(small, [1, 1, 28, 28], out int smallHeader), smallHeader, 64);
    alone = await MeasureAsync("MNIST CNN", "DurableMl handler, binary, batching off", Url("mnist-alone"), Binary(small, [1, 1, 28, 28], out smallHeader), smallHeader, 64);
    oursBig = await MeasureAsync("ResNet-50", "DurableMl handler, binary", Url("resnet50"), Binary(big, [1, 3, 224, 224], out bigHeader), bigHeader, 2);
    wide = await MeasureAsync("wide perceptron", "DurableMl handler, binary", Url("wide"), Binary(small, [1, 1, 28, 28], out smallHeader), smallHeader, 64);
    wideAlone = await MeasureAsync("wide perceptron", "DurableMl handler, binary, batching off", Url("wide-alone"), Binary(small, [1, 1, 28, 28], out smallHeader), smallHeader, 64);
    Measurement half = await new Load(Url("mnist"), Binary(small, [1, 1, 28, 28], out smallHeader), smallHeader).OpenAsync(64, length, binary.Rate / 2);
    Row("MNIST CNN", "DurableMl handler, binary, at half load", 64, half);
    Say("");
    Say($"Cold load of ResNet-50 ({new FileInfo(resnet).Length / 1e6:0} MB) from Azurite, with its first answer: {coldSeconds:0.00} s ({first.Failed} failed).");
    if (soak > 0)
    {
        await SoakAsync(ours, new Load(Url("mnist"), Binary(small, [1, 1, 28, 28], out smallHeader), smallHeader), soak);
    }

    Say("");
    ours.Kill();
}

Say("| model | side | connections | requests/s | p50 ms | p99 ms |");
Say("|---|---|---:|---:|---:|---:|");
if (functions is not null)
{
    string port = $"{FreePort.Next()}";
    var host = new Dictionary<string, string>(settings)
    {
        ["AzureWebJobsStorage"] = azurite.ConnectionString, ["DataStorage"] = azurite.ConnectionString, ["DurableTask__SqlitePath"] = folder["hub.db"], ["Functions__Port"] = port,
    };
    using Process app = Start(host, "dotnet", functions, "--port", port);
    await ListeningAsync(port);
    Uri url = new($"http://127.0.0.1:{port}/v2/models/mnist/infer");
    await MeasureAsync("MNIST CNN", "DurableMl local Functions host, JSON", url, Json(small, [1, 1, 28, 28]), null, 64);
    await MeasureAsync("MNIST CNN", "DurableMl local Functions host, binary", url, Binary(small, [1, 1, 28, 28], out int header), header, 64);
    app.Kill(entireProcessTree: true);
}

Measurement plain, plainBig, node, nodeBig;
plain = await SideAsync("MNIST CNN", "plain ASP.NET Core, JSON", port => Self([], "plain", port, mnist, "1,28,28"), "/", small, [1, 1, 28, 28], 64);
plainBig = await SideAsync("ResNet-50", "plain ASP.NET Core, JSON", port => Self([], "plain", port, resnet, "3,224,224"), "/", big, [1, 3, 224, 224], 2);
string server = Path.Combine(Repository.Root, "bench", "Inference", "node", "server.js");
if (Directory.Exists(Path.Combine(Path.GetDirectoryName(server)!, "node_modules")))
{
    node = await SideAsync("MNIST CNN", "onnxruntime-node behind http, JSON", port => Start([], "node", server, mnist, port, "1,28,28"), "/", small, [1, 1, 28, 28], 64);
    nodeBig = await SideAsync("ResNet-50", "onnxruntime-node behind http, JSON", port => Start([], "node", server, resnet, port, "3,224,224"), "/", big, [1, 3, 224, 224], 2);
    Say("");
    Say($"- big model: {oursBig.Rate / rawBig:P0} of raw ONNX Runtime (target 80 %); plain ASP.NET Core with JSON: {plainBig.Rate / rawBig:P0}; Node with JSON: {nodeBig.Rate / rawBig:P0}");
    Say($"- small model, 64 connections: {json.Rate / node.Rate:0.0} times Node in JSON, {binary.Rate / node.Rate:0.0} times in binary (target 3); plain ASP.NET Core: {plain.Rate / node.Rate:0.0} times");
}

Say($"- dynamic batching: {wide.Rate / wideAlone.Rate:0.0} times the rate without it for the wide perceptron, {binary.Rate / alone.Rate:0.0} times for the MNIST CNN (target 3)");
Say($"- small model over HTTP in binary: {binary.Rate / rawSmall:P0} of raw ONNX Runtime");
if (Option("--output") is { } output)
{
    await File.WriteAllLinesAsync(output, lines);
}

return 0;

string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

void Say(string line)
{
    Console.WriteLine(line);
    lines.Add(line);
}

float[] Pixels(int count) => [.. Enumerable.Range(0, count).Select(_ => MathF.Round(random.NextSingle(), 4))];

async Task PublishAsync(string model, string path, ServingOptions? serving)
{
    ModelManifest manifest = await registry.PublishAsync(new(model, new("bench"), [ModelSource.FromFile(path, "model.onnx")]) { Serving = serving });
    await registry.SetAliasAsync(model, "champion", manifest.Version);
}

(double Rate, double P50) Raw(string path, float[] pixels, long[] shape, string name)
{
    using ModelSession session = ModelSession.Load(path);
    session.Run(pixels, shape);
    var latencies = new List<double>();
    var clock = Stopwatch.StartNew();
    while (clock.Elapsed < length)
    {
        double start = clock.Elapsed.TotalMilliseconds;
        session.Run(pixels, shape);
        latencies.Add(clock.Elapsed.TotalMilliseconds - start);
    }

    double rate = latencies.Count / clock.Elapsed.TotalSeconds;
    latencies.Sort();
    Row(name, "raw ONNX Runtime in a loop", 0, new(rate, latencies[latencies.Count / 2], latencies[(int)(latencies.Count * 0.99)], latencies.Count, 0));
    return (rate, latencies[latencies.Count / 2]);
}

async Task<Measurement> SideAsync(string model, string side, Func<string, Process> start, string path, float[] pixels, long[] shape, int connections)
{
    string port = $"{FreePort.Next()}";
    using Process process = start(port);
    await ListeningAsync(port);
    Measurement measured = await MeasureAsync(model, side, new Uri($"http://127.0.0.1:{port}{path}"), Json(pixels, shape), null, connections);
    process.Kill();
    return measured;
}

async Task<Measurement> MeasureAsync(string model, string side, Uri url, byte[] body, int? headerLength, int connections)
{
    var load = new Load(url, body, headerLength);
    await load.ClosedAsync(connections, TimeSpan.FromSeconds(2));
    Measurement measured = await load.ClosedAsync(connections, length);
    Row(model, side, connections, measured);
    return measured;
}

void Row(string model, string side, int connections, Measurement m) =>
    Say($"| {model} | {side}{(m.Failed > 0 ? $" ({m.Failed} FAILED)" : "")} | {(connections == 0 ? "" : connections)} | {m.Rate:0.#} | {m.P50:0.00} | {m.P99:0.00} |");

async Task SoakAsync(Process process, Load load, int requests)
{
    long done = 0;
    int round = 0;
    var memory = new List<double>();
    while (done < requests)
    {
        done += (await load.ClosedAsync(64, TimeSpan.FromSeconds(10))).Requests;
        process.Refresh();
        memory.Add(process.WorkingSet64 / 1e6);
        round++;
    }

    Say($"Soak: {done} requests; working set after each tenth: {string.Join(", ", Enumerable.Range(1, 10).Select(i => $"{memory[Math.Max(0, (round * i / 10) - 1)]:0}"))} MB.");
}

static byte[] Json(float[] pixels, long[] shape) => Encoding.UTF8.GetBytes(
    $$"""{"inputs":[{"name":"image","datatype":"FP32","shape":{{JsonSerializer.Serialize(shape)}},"data":{{JsonSerializer.Serialize(pixels)}} }]}""");

static byte[] Binary(float[] pixels, long[] shape, out int headerLength)
{
    byte[] header = Encoding.UTF8.GetBytes(
        $$"""{"inputs":[{"name":"image","datatype":"FP32","shape":{{JsonSerializer.Serialize(shape)}},"parameters":{"binary_data_size":{{pixels.Length * 4}} } }],"parameters":{"binary_data_output":true} }""");
    headerLength = header.Length;
    return [.. header, .. System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(pixels)];
}

static Process Self(Dictionary<string, string> settings, params string[] arguments) => Start(settings, "dotnet", [typeof(Servers).Assembly.Location, .. arguments]);

static Process Start(Dictionary<string, string> settings, string program, params string[] arguments)
{
    var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
    foreach ((string name, string value) in settings)
    {
        start.Environment[name] = value;
    }

    Process process = Process.Start(start)!;
    process.OutputDataReceived += (_, _) => { };
    process.ErrorDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
    process.BeginOutputReadLine();
    process.BeginErrorReadLine();
    AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    };
    return process;
}

static async Task ListeningAsync(string port)
{
    using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
    while (true)
    {
        try
        {
            using var socket = new System.Net.Sockets.TcpClient();
            await socket.ConnectAsync("127.0.0.1", int.Parse(port), limit.Token);
            return;
        }
        catch (System.Net.Sockets.SocketException)
        {
            await Task.Delay(50, limit.Token);
        }
    }
}

static string CpuModel() => File.Exists("/proc/cpuinfo")
    ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[^1].Trim() ?? "unknown"
    : "unknown";
