using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Azure.Storage.Blobs;
using DurableMl.Bench.Inference;
using DurableMl.Inference.Batching;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Sessions;
using DurableMl.Inference.Tensors;
using DurableMl.Tests.Support;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["read-only", var listen]:
        await Servers.ReadOnlyAsync(listen);
        return 0;
    case ["plain", var listen, var served, var dimensions]:
        await Servers.PlainAsync(listen, served, dimensions);
        return 0;
}

TimeSpan length = TimeSpan.FromSeconds(double.Parse(Option("--seconds") ?? "5"));
TimeSpan warmUp = TimeSpan.FromSeconds(double.Parse(Option("--warm-up") ?? "10"));
int soak = int.Parse(Option("--soak") ?? "0");
string[] only = Option("--only")?.Split(',') ?? [];
using var folder = new TemporaryFolder();
await using AzuriteProcess azurite = await AzuriteProcess.StartAsync();
using (Process python = Process.Start(new ProcessStartInfo(Repository.Python, [Path.Combine(AppContext.BaseDirectory, "models.py"), folder.Path]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!)
{
    await python.WaitForExitAsync();
}

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
long[] smallShape = [1, 1, 28, 28];
long[] bigShape = [1, 3, 224, 224];
InferBody smallJson = InferBody.Json(small, smallShape);
InferBody smallBinary = InferBody.Binary(small, smallShape);
InferBody bigBinary = InferBody.Binary(big, bigShape);
var report = new Report();
report.Machine(length);
(double lost, double longest) = Cores.Gaps(2 * length);
report.Say(string.Create(CultureInfo.InvariantCulture, $"Before anything else runs: a thread that only reads the clock, one on each core, loses {lost:0.00%} of its time in gaps of over 0.2 ms; the longest is {longest:0.0} ms."));
report.Head();

Measurement? rawSmall = null, rawBig = null, json = null, binary = null, alone = null, oursBig = null, wide = null, wideAlone = null, half = null, halfJson = null, halfBig = null, floor = null, ownHalf = null, ownFloor = null;
var notes = new List<string>();
if (Wanted("raw"))
{
    rawSmall = Raw("MNIST CNN", "raw ONNX Runtime in a loop", RawLoop.Run(mnist, small, smallShape, length));
    Raw("MNIST CNN", "the same with IoBinding, bound once", RawLoop.Bound(mnist, small, smallShape, 10, length));
    Raw("MNIST CNN", "the same, bound anew for each run", RawLoop.Rebound(mnist, small, smallShape, 10, length));
    rawBig = Raw("ResNet-50", "raw ONNX Runtime in a loop", RawLoop.Run(resnet, big, bigShape, length));
    Raw("ResNet-50", "the same with IoBinding, bound once", RawLoop.Bound(resnet, big, bigShape, 1000, length));
}

Dictionary<string, string> none = [];
Dictionary<string, string> settings = new() { ["Inference__CacheFolder"] = folder["cache"], ["DataStorage"] = azurite.ConnectionString };
if (Wanted("cold"))
{
    foreach (bool warm in (bool[])[true, false])
    {
        var seconds = new List<double>();
        for (int i = 0; i < 5; i++)
        {
            Directory.CreateDirectory(folder["cache"]);
            Directory.Delete(folder["cache"], recursive: true);
            using ServerProcess fresh = await ServerProcess.ServingAsync(settings);
            if (warm)
            {
                smallBinary.To(fresh.Url("v2/models/mnist/infer")).Closed(1, TimeSpan.FromSeconds(1));
            }

            var clock = Stopwatch.StartNew();
            Measurement first = bigBinary.To(fresh.Url("v2/models/resnet50/infer")).Once();
            seconds.Add(first.Failed > 0 ? double.NaN : clock.Elapsed.TotalSeconds);
        }

        seconds.Sort();
        notes.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"Cold load of ResNet-50 ({new FileInfo(resnet).Length / 1e6:0} MB) from Azurite to the end of its first answer, by a server that {(warm ? "has served another model for a second" : "has just started")}, five times: {seconds[0]:0.00} to {seconds[^1]:0.00} s, median {seconds[2]:0.00} s{(warm ? " (target 1 s for 90 MB)" : "")}."));
    }
}

if (Wanted("ours"))
{
    using ServerProcess ours = await ServerProcess.ServingAsync(settings);
    Uri Url(string model) => ours.Url($"v2/models/{model}/infer");
    json = Measure(ours, "MNIST CNN", "serving, JSON", smallJson.To(Url("mnist")), 64);
    binary = Measure(ours, "MNIST CNN", "serving, binary", smallBinary.To(Url("mnist")), 64);
    half = AtHalfLoad(ours, "MNIST CNN", "serving, binary, at half load", smallBinary.To(Url("mnist")), binary);
    halfJson = AtHalfLoad(ours, "MNIST CNN", "serving, JSON, at half load", smallJson.To(Url("mnist")), json);
    // What the machine and Kestrel make of the same requests at the same rate, without a model: the floor for latencies.
    using ServerProcess reader = await ServerProcess.SelfAsync(none, "read-only", "{port}");
    Load nothing = smallBinary.To(reader.Url("read-only"));
    nothing.Closed(64, warmUp);
    floor = AtHalfLoad(reader, "(none)", "Kestrel only reading bodies, at that rate", nothing, binary);
    if (Wanted("batching"))
    {
        alone = Measure(ours, "MNIST CNN", "serving, binary, batching off", smallBinary.To(Url("mnist-alone")), 64);
        wide = Measure(ours, "wide perceptron", "serving, binary", smallBinary.To(Url("wide")), 64);
        wideAlone = Measure(ours, "wide perceptron", "serving, binary, batching off", smallBinary.To(Url("wide-alone")), 64);
    }

    if (Wanted("big"))
    {
        oursBig = Measure(ours, "ResNet-50", "serving, binary", bigBinary.To(Url("resnet50")), 2);
        halfBig = AtHalfLoad(ours, "ResNet-50", "serving, binary, at half load", bigBinary.To(Url("resnet50")), oursBig);
    }

    if (soak > 0)
    {
        Soak(ours, smallBinary.To(Url("mnist")), soak);
    }
}

if (Wanted("own-core") && Crowd.IsPossible)
{
    using ServerProcess ours = await ServerProcess.ServingAsync(settings, core: 1);
    using var crowd = new Crowd(azurite.Id, Environment.ProcessId);
    Load model = smallBinary.To(ours.Url("v2/models/mnist/infer"));
    Measure(ours, "MNIST CNN", "serving, JSON, on a core of its own", smallJson.To(ours.Url("v2/models/mnist/infer")), 64);
    Measurement full = Measure(ours, "MNIST CNN", "serving, binary, on a core of its own", model, 64);
    ownHalf = AtHalfLoad(ours, "MNIST CNN", "serving, binary, on a core of its own, at half load", model, full);
    using ServerProcess reader = await ServerProcess.SelfAsync(none, "read-only", "{port}");
    Load nothing = smallBinary.To(reader.Url("read-only"));
    nothing.Closed(64, warmUp);
    ownFloor = AtHalfLoad(reader, "(none)", "Kestrel only reading bodies, at that rate", nothing, full);
}

if (Option("--functions-host") is { } functionsHost)
{
    var host = new Dictionary<string, string>(settings)
    {
        ["AzureWebJobsStorage"] = azurite.ConnectionString, ["DataStorage"] = azurite.ConnectionString,
    };
    using ServerProcess app = await ServerProcess.StartAsync(
        host, "dotnet", functionsHost, "--app", Path.Combine(Repository.Root, "functions", "bin", "Release", "net10.0"), "--port", "{port}", "--no-auth");
    Uri url = app.Url("v2/models/mnist/infer");
    Measure(app, "MNIST CNN", "DurableMl local Functions host, JSON", smallJson.To(url), 64);
    Measure(app, "MNIST CNN", "DurableMl local Functions host, binary", smallBinary.To(url), 64);
}

if (Wanted("others"))
{
    InferBody bigJson = InferBody.Json(big, bigShape);
    Measurement plain = await SideAsync("MNIST CNN", "plain ASP.NET Core, JSON", smallJson, 64, () => ServerProcess.SelfAsync(none, "plain", "{port}", mnist, "1,28,28"));
    Measurement plainBig = await SideAsync("ResNet-50", "plain ASP.NET Core, JSON", bigJson, 2, () => ServerProcess.SelfAsync(none, "plain", "{port}", resnet, "3,224,224"));
    string script = Path.Combine(Repository.Root, "bench", "Inference", "node", "server.js");
    if (Directory.Exists(Path.Combine(Path.GetDirectoryName(script)!, "node_modules")))
    {
        Measurement node = await SideAsync("MNIST CNN", "onnxruntime-node behind http, JSON", smallJson, 64, () => ServerProcess.StartAsync(none, "node", script, mnist, "{port}", "1,28,28"));
        Measurement nodeBig = await SideAsync("ResNet-50", "onnxruntime-node behind http, JSON", bigJson, 2, () => ServerProcess.StartAsync(none, "node", script, resnet, "{port}", "3,224,224"));
        report.Say("");
        await AgainstNodeAsync(script);
        Ratio("big model, of raw ONNX Runtime, one after the other", oursBig, rawBig, "target 0.8");
        Ratio("plain ASP.NET Core with JSON, of raw ONNX Runtime, big model", plainBig, rawBig);
        Ratio("Node with JSON, of raw ONNX Runtime, big model", nodeBig, rawBig);
        Ratio("small model, 64 connections, JSON, over Node, one after the other", json, node, "target 3");
        Ratio("small model, 64 connections, binary, over Node with JSON, one after the other", binary, node, "target 3");
        Ratio("small model, 64 connections, plain ASP.NET Core over Node, one after the other", plain, node);
    }
    else
    {
        report.Say("");
        report.Say("Not measured: onnxruntime-node, which `npm install --ignore-scripts` in bench/Inference/node brings.");
    }
}

Ratio("dynamic batching over none, wide perceptron", wide, wideAlone, "target 3");
Ratio("dynamic batching over none, MNIST CNN", binary, alone);
Ratio("small model over HTTP in binary, of raw ONNX Runtime on one core", binary, rawSmall);
if (half is not null)
{
    report.Say($"- p99 over p50 at half load: {half.P99 / half.P50:0.0} for the small model in binary, {halfJson!.P99 / halfJson.P50:0.0} in JSON{(halfBig is null ? "" : $", {halfBig.P99 / halfBig.P50:0.0} for the big one")} (target 2); without a model {floor!.P99 / floor.P50:0.0}");
}

if (Wanted("big"))
{
    await AgainstRawAsync();
}

if (ownHalf is not null)
{
    report.Say($"- p99 over p50 at half load on a core of its own: {ownHalf.P99 / ownHalf.P50:0.0} (target 2); without a model {ownFloor!.P99 / ownFloor.P50:0.0}");
}

foreach (string note in notes)
{
    report.Say("- " + note);
}

if (Option("--output") is { } output)
{
    await report.SaveAsync(output);
}

return 0;

string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

bool Wanted(string part) => only.Length == 0 || only.Contains(part);

Measurement AtHalfLoad(ServerProcess server, string model, string side, Load load, Measurement full)
{
    Measurement measured = server.Measure(() => load.Open(64, 2 * length, full.Rate / 2));
    report.Row(model, side, 64, measured);
    return measured;
}

float[] Pixels(int count) => [.. Enumerable.Range(0, count).Select(_ => MathF.Round(random.NextSingle(), 4))];

void Ratio(string what, Measurement? one, Measurement? other, string? target = null)
{
    if (one is not null && other is not null)
    {
        report.Say($"- {what}: {one.Rate / other.Rate:0.00}{(target is null ? "" : $" ({target})")}");
    }
}

async Task PublishAsync(string model, string path, ServingOptions? serving)
{
    using ModelSession session = ModelSession.Load(path);
    long[] shape = [1, .. session.Inputs[0].Shape.Skip(1)];
    var sample = new byte[shape.Aggregate(1L, (product, size) => product * size) * sizeof(float)];
    new Random(0).NextBytes(sample.AsSpan());
    foreach (ref float value in MemoryMarshal.Cast<byte, float>(sample.AsSpan()))
    {
        // Any bits make numbers of any size; these lie between 0 and 1.
        value = (BitConverter.SingleToUInt32Bits(value) & 0xFFFF) / 65536f;
    }

    ModelManifest manifest = await registry.PublishAsync(new(model, new("bench"), [ModelSource.FromFile(path, "model.onnx")])
    {
        Serving = serving,
        Batching = RowCheck.Check(session, [new TensorValue(session.Inputs[0].Name, TensorType.ByName["FP32"], shape, sample)]),
    });
    await registry.SetAliasAsync(model, "champion", manifest.Version);
}

Measurement Raw(string model, string side, Measurement measured)
{
    report.Row(model, side, 0, measured);
    return measured;
}

Measurement Measure(ServerProcess server, string model, string side, Load load, int connections)
{
    load.Closed(connections, warmUp);
    Measurement measured = server.Measure(() => load.Closed(connections, length));
    report.Row(model, side, connections, measured);
    return measured;
}

async Task<Measurement> SideAsync(string model, string side, InferBody body, int connections, Func<Task<ServerProcess>> start)
{
    using ServerProcess server = await start();
    return Measure(server, model, side, body.To(server.Url("")), connections);
}

async Task AgainstNodeAsync(string script)
{
    using ServerProcess ours = await ServerProcess.ServingAsync(settings);
    using ServerProcess node = await ServerProcess.StartAsync(none, "node", script, mnist, "{port}", "1,28,28");
    Uri infer = ours.Url("v2/models/mnist/infer");
    Load[] sides = [smallJson.To(node.Url("")), smallJson.To(infer), smallBinary.To(infer)];
    Array.ForEach(sides, side => side.Closed(64, 2 * warmUp));
    var grpc = new GrpcLoad(new Uri($"http://127.0.0.1:{ours.GrpcPort}"), "mnist", small, smallShape);
    grpc.Closed(64, 2 * warmUp);
    Func<Measurement>[] second = Array.ConvertAll<Load, Func<Measurement>>(sides, side => () => side.Closed(64, TimeSpan.FromSeconds(1)));
    IReadOnlyList<(double Median, double Low, double High)> times = Rounds.Compare(30, second[0], second[1], second[2], () => grpc.Closed(64, TimeSpan.FromSeconds(1)));
    report.Say($"- small model, 64 connections, over Node with JSON, 30 rounds of a second each in turn: JSON {Times(times[0])} (target 2.5), binary {Times(times[1])} (target 3), gRPC {Times(times[2])} (target 3; its client takes more of the cores than the others')");
}

async Task AgainstRawAsync()
{
    using ServerProcess ours = await ServerProcess.ServingAsync(settings);
    using ModelSession session = ModelSession.Load(resnet);
    Load load = bigBinary.To(ours.Url("v2/models/resnet50/infer"));
    load.Closed(2, warmUp);
    TimeSpan turn = TimeSpan.FromSeconds(3);
    IReadOnlyList<(double Median, double Low, double High)> shares = Rounds.Compare(10, () => RawLoop.Run(session, big, bigShape, turn), () => load.Closed(2, turn));
    report.Say($"- big model, of raw ONNX Runtime, 10 rounds of three seconds each in turn: {Times(shares[0])} (target 0.8)");
}

static string Times((double Median, double Low, double High) ratio) =>
    string.Create(CultureInfo.InvariantCulture, $"{ratio.Median:0.00} (the middle half {ratio.Low:0.00} to {ratio.High:0.00})");

void Soak(ServerProcess server, Load load, int requests)
{
    long done = 0;
    int failed = 0;
    var memory = new List<double>();
    while (done < requests)
    {
        Measurement round = load.Closed(64, TimeSpan.FromSeconds(5));
        done += round.Requests;
        failed += round.Failed;
        memory.Add(server.WorkingSet);
    }

    notes.Add($"Soak: {done} requests ({failed} failed); working set after each tenth: {string.Join(", ", Enumerable.Range(1, 10).Select(i => $"{memory[Math.Max(0, (memory.Count * i / 10) - 1)]:0}"))} MB.");
}
