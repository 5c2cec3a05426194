using System.Globalization;
using Azure.Storage.Blobs;
using Azure.Storage.Sas;
using DurableMl.Cli.Hosting;
using DurableMl.Cli.Pipelines;
using DurableMl.Cli.Progress;
using Spectre.Console;

namespace DurableMl.Cli.Demo;

/// <summary>Prints what the demo came to.</summary>
/// <param name="console">Where tables are printed.</param>
/// <param name="lines">The same, for plain lines.</param>
/// <param name="time">The clock.</param>
internal sealed class DemoReport(IAnsiConsole console, TextWriter lines, TimeProvider time)
{
    private static readonly TimeSpan Readable = TimeSpan.FromDays(7);

    /// <summary>Prints the tables.</summary>
    public void Write(RepositoryLayout layout, HostPorts ports, string runId, RunOutput output, ScoringResult scoring, TimeSpan total)
    {
        console.WriteLine();
        console.Write(RunTables.PhaseTimes(output.Phases));
        console.Write(RunTables.Trials(output.Trials, output.Best));
        console.Write(Served(output, scoring));
        WritePlaces(layout, ports, runId, output);
        lines.WriteLine($"All of it took {Duration.Text(total)}.");
    }

    private static Table Served(RunOutput output, ScoringResult scoring)
    {
        var table = Pairs("served model", "");
        Add(table, "published", $"{output.Model!.Model} version {output.Model.Version}, {string.Join(", ", output.Model.Aliases ?? [])}");
        Add(table, "test images", $"{scoring.Images} over HTTP, {scoring.Connections} connections, one image a request");
        Add(table, "accuracy", string.Create(CultureInfo.InvariantCulture, $"{scoring.Accuracy:P2} ({scoring.Images - scoring.Correct} wrong)"));
        Add(table, "throughput", string.Create(CultureInfo.InvariantCulture, $"{scoring.Throughput:0} images/s"));
        Add(table, "latency", $"p50 {Latency(scoring, 50)}, p90 {Latency(scoring, 90)}, p99 {Latency(scoring, 99)}");
        return table;
    }

    /// <summary>Plain lines: a table would break addresses apart, and nobody could copy them.</summary>
    private void WritePlaces(RepositoryLayout layout, HostPorts ports, string runId, RunOutput output)
    {
        foreach (var (what, url) in Places(StorageAccount.Load(layout.State), ports, runId, output, time.GetUtcNow()))
        {
            Line(what, url.AbsoluteUri);
        }

        Line("blobs on disk", Path.Combine(layout.State, "azurite"));
        Line("logs", Path.Combine(layout.State, "logs"));

        void Line(string what, string where) => lines.WriteLine($"{what,-16}{where}");
    }

    /// <summary>Addresses that open in a browser for a week: nothing in the account can be read without a signature.</summary>
    internal static IEnumerable<(string What, Uri Url)> Places(StorageAccount storage, HostPorts ports, string runId, RunOutput output, DateTimeOffset now)
    {
        var account = new BlobServiceClient(storage.ConnectionString(ports));
        var until = now + Readable;
        yield return ("run", Folder(account.GetBlobContainerClient("runs"), $"{runId}/", until));
        if (output.ReportBlob is { } report)
        {
            yield return ("report", account.GetBlobContainerClient("runs").GetBlobClient(report).GenerateSasUri(BlobSasPermissions.Read, until));
        }

        yield return ("dataset", Folder(account.GetBlobContainerClient("datasets"), $"{output.Dataset?.Name}/{output.Dataset?.Version}/", until));
        yield return ("model", Folder(account.GetBlobContainerClient("models"), $"{output.Model!.Model}/{output.Model.Version}/", until));
    }

    private static Uri Folder(BlobContainerClient container, string prefix, DateTimeOffset until)
    {
        var url = new UriBuilder(container.GenerateSasUri(BlobContainerSasPermissions.Read | BlobContainerSasPermissions.List, until));
        url.Query = $"restype=container&comp=list&prefix={Uri.EscapeDataString(prefix)}&{url.Query.TrimStart('?')}";
        return url.Uri;
    }

    private static Table Pairs(string left, string right) => new Table().RoundedBorder().AddColumn(left).AddColumn(right);

    private static void Add(Table table, string name, string value) => table.AddRow(new Text(name), new Text(value));

    private static string Latency(ScoringResult scoring, double percent) =>
        string.Create(CultureInfo.InvariantCulture, $"{Percentile.Of(scoring.Latencies, percent).TotalMilliseconds:0.0} ms");
}
