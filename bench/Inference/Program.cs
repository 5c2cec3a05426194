using System.Globalization;
using System.Runtime.InteropServices;
using DurableMl.Bench.Inference;
using DurableMl.Onnx;
using DurableMl.Tests.Support;
using Microsoft.ML.OnnxRuntime;

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

// Whether every side starts and answers; the figures mean nothing then.
bool quick = args.Contains("--quick");
TimeSpan length = TimeSpan.FromSeconds(double.Parse(Option("--seconds") ?? (quick ? "0.3" : "4")));
TimeSpan warmUp = TimeSpan.FromSeconds(double.Parse(Option("--warm-up") ?? (quick ? "0.2" : "5")));
int soak = int.Parse(Option("--soak") ?? (quick ? "1000" : "2000000"));
string[] only = Option("--only")?.Split(',') ?? [];
var report = new Report();
await using Models models = await Models.PublishAsync();
Dictionary<string, string> none = [];
var random = new Random(0);
float[] small = Pixels(1 * 28 * 28);
float[] big = Pixels(3 * 224 * 224);
long[] smallShape = [1, 1, 28, 28];
long[] bigShape = [1, 3, 224, 224];
InferBody smallJson = InferBody.Json(small, smallShape);
InferBody smallBinary = InferBody.Binary(small, smallShape);
InferBody bigJson = InferBody.Json(big, bigShape);
InferBody bigBinary = InferBody.Binary(big, bigShape);

if (Wanted("arena"))
{
    SayArena();
}

if (Option("--against") is { } other)
{
    await AgainstAsync(other, int.Parse(Option("--rounds") ?? "9"));
    return report.HasFailures ? 1 : 0;
}

report.Machine(length);
(double lost, double longest) = Cores.Gaps(2 * length);
report.Say($"Before anything else runs: a thread that only reads the clock, one on each core, loses {lost:0.00%} of its time in gaps of over 0.2 ms; the longest is {longest:0.0} ms.");
report.Head();
Measurement? json = null, binary = null, oursBig = null, host = null, hostBig = null;
if (Wanted("raw"))
{
    report.Row("MNIST CNN", "raw ONNX Runtime in a loop", 0, RawLoop.Run(models.Mnist, small, smallShape, length));
    report.Row("MNIST CNN", "the same with IoBinding, bound once", 0, RawLoop.Bound(models.Mnist, small, smallShape, 10, length));
    report.Row("ResNet-50", "raw ONNX Runtime in a loop", 0, RawLoop.Run(models.ResNet, big, bigShape, length));
    report.Row("ResNet-50", "the same with IoBinding, bound once", 0, RawLoop.Bound(models.ResNet, big, bigShape, 1000, length));
}

if (Wanted("ours"))
{
    using ServerProcess ours = await ServerProcess.ServingAsync(models.Settings);
    json = Measure(ours, "MNIST CNN", "serving, JSON", smallJson.To(ours.Infer("mnist")), 64);
    binary = Measure(ours, "MNIST CNN", "serving, binary", smallBinary.To(ours.Infer("mnist")), 64);
    GrpcLoad grpc = Grpc(ours);
    grpc.Closed(64, warmUp);
    report.Row("MNIST CNN", "serving, gRPC", 64, ours.Measure(() => grpc.Closed(64, length)));
    AtHalfLoad(ours, "MNIST CNN", "serving, binary, at half load", smallBinary.To(ours.Infer("mnist")), binary);
    // What the machine and Kestrel make of the same requests at the same rate, without a model: the floor for latencies.
    using ServerProcess reader = await ServerProcess.SelfAsync(none, "read-only", "{port}");
    Load nothing = smallBinary.To(reader.Url("read-only"));
    nothing.Closed(64, warmUp);
    AtHalfLoad(reader, "(none)", "Kestrel only reading bodies, at that rate", nothing, binary);
    oursBig = Measure(ours, "ResNet-50", "serving, binary", bigBinary.To(ours.Infer("resnet50")), 2);
    AtHalfLoad(ours, "ResNet-50", "serving, binary, at half load", bigBinary.To(ours.Infer("resnet50")), oursBig);
}

if (Wanted("functions"))
{
    using ServerProcess app = await ServerProcess.FunctionsAsync(models.Settings);
    // Two processes take part in each request, and are compiled as slowly as they run: the first seconds are no measure.
    smallJson.To(app.Infer("mnist")).Closed(64, 5 * warmUp);
    Measure(app, "MNIST CNN", "Functions host, JSON", smallJson.To(app.Infer("mnist")), 64);
    host = Measure(app, "MNIST CNN", "Functions host, binary", smallBinary.To(app.Infer("mnist")), 64);
    hostBig = Measure(app, "ResNet-50", "Functions host, binary", bigBinary.To(app.Infer("resnet50")), 2);
}

if (Wanted("others"))
{
    await SideAsync("MNIST CNN", "plain ASP.NET Core, JSON", smallJson, 64, () => ServerProcess.SelfAsync(none, "plain", "{port}", models.Mnist, "1,28,28"));
    await SideAsync("ResNet-50", "plain ASP.NET Core, JSON", bigJson, 2, () => ServerProcess.SelfAsync(none, "plain", "{port}", models.ResNet, "3,224,224"));
    await SideAsync("MNIST CNN", "onnxruntime-node behind http, JSON", smallJson, 64, () => ServerProcess.NodeAsync(models.Mnist, "1,28,28"));
    await SideAsync("ResNet-50", "onnxruntime-node behind http, JSON", bigJson, 2, () => ServerProcess.NodeAsync(models.ResNet, "3,224,224"));
}

if (Wanted("turns"))
{
    await SmallInTurnAsync();
    await BigInTurnAsync();
    await BatchingInTurnAsync();
}

if (Wanted("cold"))
{
    await ColdLoads.MeasureAsync(models, bigBinary, smallBinary, quick ? 1 : 5, report);
}

if (Wanted("layers"))
{
    await Layers.MeasureAsync(models, big, warmUp, length, report);
}

if (Wanted("memory"))
{
    Prices.WriteMemory(report, [await OnCoresAsync(2, "0", 1), await OnCoresAsync(4, "0-1", 2)]);
}

if (binary is not null)
{
    Prices.Write(report, [("MNIST CNN, binary", host?.ServerMicroseconds, binary.ServerMicroseconds!.Value), ("ResNet-50, binary", hostBig?.ServerMicroseconds, oursBig!.ServerMicroseconds!.Value)]);
    report.Say("");
    if (host is not null)
    {
        report.Say($"- processor time a request, the Functions host above serving/, binary: {host.ServerMicroseconds - binary.ServerMicroseconds:0} µs (goal 250)");
    }
}

if (Wanted("soak"))
{
    using ServerProcess ours = await ServerProcess.ServingAsync(models.Settings);
    Soak(ours, smallBinary.To(ours.Infer("mnist")));
}

if (Option("--output") is { } output)
{
    await report.SaveAsync(output);
}

return report.HasFailures ? 1 : 0;

string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

bool Wanted(string part) => only.Length == 0 || only.Contains(part);

float[] Pixels(int count) => [.. Enumerable.Range(0, count).Select(_ => MathF.Round(random.NextSingle(), 4))];

GrpcLoad Grpc(ServerProcess ours) => new(new Uri($"http://127.0.0.1:{ours.GrpcPort}"), "mnist", small, smallShape);

void AtHalfLoad(ServerProcess server, string model, string side, Load load, Measurement full) =>
    report.Row(model, side, 64, server.Measure(() => load.Open(64, 2 * length, full.Rate / 2)));

Measurement Measure(ServerProcess server, string model, string side, Load load, int connections)
{
    load.Closed(connections, warmUp);
    Measurement measured = server.Measure(() => load.Closed(connections, length));
    report.Row(model, side, connections, measured);
    return measured;
}

async Task SideAsync(string model, string side, InferBody body, int connections, Func<Task<ServerProcess>> start)
{
    using ServerProcess server = await start();
    Measure(server, model, side, body.To(server.Url("")), connections);
}

async Task SmallInTurnAsync()
{
    using ServerProcess ours = await ServerProcess.ServingAsync(models.Settings);
    using ServerProcess app = await ServerProcess.FunctionsAsync(models.Settings);
    using ServerProcess plain = await ServerProcess.SelfAsync(none, "plain", "{port}", models.Mnist, "1,28,28");
    using ServerProcess node = await ServerProcess.NodeAsync(models.Mnist, "1,28,28");
    GrpcLoad grpc = Grpc(ours);
    InTurn(
        "MNIST CNN, 64 connections", quick ? 1 : 15, TimeSpan.FromSeconds(1),
        ("onnxruntime-node, JSON", Closed(smallJson.To(node.Url("")), 64)),
        ("plain ASP.NET Core, JSON", Closed(smallJson.To(plain.Url("")), 64)),
        ("serving, JSON (goal 2.5)", Closed(smallJson.To(ours.Infer("mnist")), 64)),
        ("serving, binary (goal 3)", Closed(smallBinary.To(ours.Infer("mnist")), 64)),
        ("serving, gRPC (goal 3; its client takes more of the cores than the others')", time => grpc.Closed(64, time)),
        ("Functions host, JSON", Closed(smallJson.To(app.Infer("mnist")), 64)),
        ("Functions host, binary", Closed(smallBinary.To(app.Infer("mnist")), 64)));
}

// What a model takes in memory beside the size of its file, which is all that is known before.
void SayArena()
{
    using ModelSession session = ModelSession.Load(models.ResNet);
    var taken = new List<string> { $"{session.Bytes / 1e6:0} MB when loaded" };
    foreach (int rows in (int[])[1, 8, 32])
    {
        byte[] images = MemoryMarshal.AsBytes<float>(Pixels(rows * 3 * 224 * 224)).ToArray();
        session.RunAll([new TensorValue("image", TensorType.ByName["FP32"], [rows, 3, 224, 224], images)]);
        taken.Add($"{session.Bytes / 1e6:0} after a run of {rows}");
    }

    report.Say($"- ResNet-50, a file of {new FileInfo(models.ResNet).Length / 1e6:0} MB: its session's arena has {string.Join(", ", taken)}");
}

// What a change is worth: serving/ as another working tree has built it, and this one's.
async Task AgainstAsync(string root, int rounds)
{
    using ServerProcess before = await ServerProcess.ServingAsync(models.Settings, root: root);
    using ServerProcess after = await ServerProcess.ServingAsync(models.Settings);
    report.Say("| MNIST CNN, 64 connections, in turn | server CPU µs before | after | after / before | middle half | requests/s after / before |");
    report.Say("|---|---:|---:|---:|---:|---:|");
    Against("JSON", server => Closed(smallJson.To(server.Infer("mnist")), 64));
    Against("binary", server => Closed(smallBinary.To(server.Infer("mnist")), 64));
    Against("gRPC", server => time => Grpc(server).Closed(64, time));

    void Against(string name, Func<ServerProcess, Func<TimeSpan, Measurement>> load)
    {
        (Func<TimeSpan, Measurement> one, Func<TimeSpan, Measurement> two) = (load(before), load(after));
        one(warmUp);
        two(warmUp);
        (Measurement Before, Measurement After)[] all =
        [
            .. Enumerable.Range(0, rounds).Select(_ => (report.Checked(name, before.Measure(() => one(length))), report.Checked(name, after.Measure(() => two(length))))),
        ];
        double[] ratios = [.. all.Select(each => each.After.ServerMicroseconds!.Value / each.Before.ServerMicroseconds!.Value).Order()];
        report.Say(
            $"| {name} | {Median(all.Select(each => each.Before.ServerMicroseconds!.Value)):0} | {Median(all.Select(each => each.After.ServerMicroseconds!.Value)):0} "
            + $"| {ratios[rounds / 2]:0.000} | {ratios[rounds / 4]:0.000} to {ratios[rounds * 3 / 4]:0.000} | {Median(all.Select(each => each.After.Rate / each.Before.Rate)):0.000} |");
    }

    double Median(IEnumerable<double> values) => values.Order().ElementAt(rounds / 2);
}

async Task BigInTurnAsync()
{
    using ServerProcess ours = await ServerProcess.ServingAsync(models.Settings);
    using ServerProcess node = await ServerProcess.NodeAsync(models.ResNet, "3,224,224");
    using InferenceSession session = RawLoop.Open(models.ResNet);
    InTurn(
        "ResNet-50, two connections", quick ? 1 : 8, TimeSpan.FromSeconds(quick ? 1 : 3),
        ("raw ONNX Runtime", time => RawLoop.Run(session, big, bigShape, time)),
        ("serving, binary (goal 0.95)", Closed(bigBinary.To(ours.Infer("resnet50")), 2)),
        ("onnxruntime-node, JSON", Closed(bigJson.To(node.Url("")), 2)));
}

async Task BatchingInTurnAsync()
{
    using ServerProcess ours = await ServerProcess.ServingAsync(models.Settings);
    InTurn(
        "wide perceptron, 64 connections", quick ? 1 : 5, TimeSpan.FromSeconds(1),
        ("batching off", Closed(smallBinary.To(ours.Infer("wide-alone")), 64)), ("batching (goal 3)", Closed(smallBinary.To(ours.Infer("wide")), 64)));
    InTurn(
        "MNIST CNN, 64 connections", quick ? 1 : 15, TimeSpan.FromSeconds(1),
        ("batching off", Closed(smallBinary.To(ours.Infer("mnist-alone")), 64)), ("batching (goal 0.97)", Closed(smallBinary.To(ours.Infer("mnist")), 64)));
}

Func<TimeSpan, Measurement> Closed(Load load, int connections) => time => load.Closed(connections, time);

void InTurn(string what, int rounds, TimeSpan turn, params (string Name, Func<TimeSpan, Measurement> Run)[] sides)
{
    Array.ForEach(sides, side => side.Run(warmUp));
    Func<Measurement>[] runs = Array.ConvertAll(sides, side => (Func<Measurement>)(() => report.Checked(side.Name, side.Run(turn))));
    IReadOnlyList<(double Median, double Low, double High)> ratios = Rounds.Compare(rounds, runs[0], runs[1..]);
    report.Say("");
    report.Say($"| {what}, in turn, {rounds} rounds of {turn.TotalSeconds:0} s | times {sides[0].Name} | middle half |");
    report.Say("|---|---:|---:|");
    for (int i = 0; i < ratios.Count; i++)
    {
        report.Say($"| {sides[i + 1].Name} | {ratios[i].Median:0.00} | {ratios[i].Low:0.00} to {ratios[i].High:0.00} |");
    }
}

async Task<(int Gigabytes, int Cores, double Milliseconds, double Megabytes)> OnCoresAsync(int gigabytes, string cores, int count)
{
    using ServerProcess ours = await ServerProcess.ServingAsync(models.Settings, cores);
    Load load = bigBinary.To(ours.Infer("resnet50"));
    load.Closed(1, warmUp);
    return (gigabytes, count, report.Checked("memory", load.Closed(1, length)).P50, ours.WorkingSet);
}

void Soak(ServerProcess server, Load load)
{
    long done = 0;
    var memory = new List<double>();
    while (done < soak)
    {
        done += report.Checked("soak", load.Closed(64, length)).Requests;
        memory.Add(server.WorkingSet);
    }

    report.Say($"- {done} requests one after the other; working set after each tenth: {string.Join(", ", Enumerable.Range(1, 10).Select(i => $"{memory[Math.Max(0, (memory.Count * i / 10) - 1)]:0}"))} MB");
}
