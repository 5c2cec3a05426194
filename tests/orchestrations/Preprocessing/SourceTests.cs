using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Preprocessing.Sources;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Preprocessing;

[TestClass]
public sealed class SourceTests : IDisposable
{
    private readonly FileServer server = new();
    private readonly TemporaryFolder mount = new();

    public void Dispose()
    {
        server.Dispose();
        mount.Dispose();
    }

    [TestMethod]
    public async Task Blobs_files_of_the_web_and_a_mounted_folder_become_one_dataset_and_are_fetched_once()
    {
        string name = Storage.NewName("sources");
        await PutAsync($"{name}/one/a.csv", Csv(0, 100));
        await PutAsync($"{name}/two/a.csv", Csv(100, 200));
        server.Files["/rows.csv"] = Csv(200, 300);
        server.Files["/more.csv"] = Csv(300, 350);
        Directory.CreateDirectory(mount["data/deep"]);
        await File.WriteAllBytesAsync(mount["data/deep/b.csv"], Csv(350, 400));
        DatasetDefinition definition = Table(
            name, $"raw/{name}/one/", $"raw/{name}/two/", server.Url("/rows.csv"), new JsonObject { ["folder"] = "data/" },
            new JsonObject { ["url"] = server.Url("/more.csv?key=secret"), ["name"] = "last.csv", ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(Csv(300, 350))) });
        DatasetPreparation preparation = Allowed();

        DatasetReference dataset = await preparation.PrepareAsync(definition);
        int requests = server.Requests;
        DatasetReference again = await preparation.PrepareAsync(definition);

        Assert.AreEqual(400, dataset.Examples);
        Assert.AreEqual(dataset with { Reused = true }, again);
        Assert.AreEqual(2, requests);
        Assert.AreEqual(3, server.Requests, "one asks whether the file is still the same; that with a checksum needs not ask");
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task A_download_that_breaks_is_taken_up_where_it_broke(bool knowsRanges)
    {
        server.KnowsRanges = knowsRanges;
        server.Breaks = 2;
        string name = Storage.NewName("sources");
        server.Files["/rows.csv"] = Csv(0, 40_000);

        DatasetReference dataset = await Allowed().PrepareAsync(Table(name, server.Url("/rows.csv")));

        Assert.AreEqual(40_000, dataset.Examples);
        Assert.AreEqual(3, server.Requests);
    }

    [TestMethod]
    public async Task Only_hosts_that_settings_allow_are_reached_and_no_private_address_by_a_public_name()
    {
        string name = Storage.NewName("sources");
        server.Files["/rows.csv"] = Csv(0, 10);
        server.Redirects["/away.csv"] = "http://127.0.0.1:9/rows.csv";
        string secure = server.Url("/rows.csv").Replace("http:", "https:", StringComparison.Ordinal);

        Assert.Contains("the host 'localhost', which the setting Sources__Hosts__0 does not allow", await new DatasetPreparation().FailAsync(Table(name, server.Url("/rows.csv"))));
        Assert.Contains("Sources__PrivateHosts__0 may be reached by", await With(options => options.Hosts.Add("*")).FailAsync(Table(name, server.Url("/rows.csv"))));
        Assert.Contains(
            "localhost: expected a host of the public internet, found ", await With(options => options.Hosts.Add("localhost")).FailAsync(Table(name, secure)));
        Assert.Contains("the host '127.0.0.1'", await Allowed().FailAsync(Table(name, server.Url("/away.csv"))));
        Assert.AreEqual(1, server.Requests, "of the one that redirects");
    }

    [TestMethod]
    public async Task A_file_that_is_not_what_it_should_be_is_named_without_its_query()
    {
        string name = Storage.NewName("sources");
        server.Files["/rows.csv"] = Csv(0, 10);
        string place = server.Url("/rows.csv");
        var wrong = new JsonObject { ["url"] = place + "?sig=secret", ["sha256"] = new string('0', 64) };

        Assert.StartsWith($"{place}: expected a file whose SHA-256 is 000", await Allowed().FailAsync(Table(name, wrong)));
        Assert.StartsWith($"{place}: expected at most 5 bytes", await With(options => (options.MaxBytes, _) = (5, Allow(options))).FailAsync(Table(name, place)));
        Assert.StartsWith($"{server.Url("/none.csv")}: expected a file, found the status 404", await Allowed().FailAsync(Table(name, server.Url("/none.csv"))));
    }

    [TestMethod]
    public async Task Nothing_outside_of_the_mount_is_reached()
    {
        string name = Storage.NewName("sources");
        Directory.CreateDirectory(mount["root/data"]);
        await File.WriteAllBytesAsync(mount["secret.csv"], Csv(0, 10));
        File.CreateSymbolicLink(mount["root/data/linked.csv"], mount["secret.csv"]);
        Directory.CreateSymbolicLink(mount["root/linked"], mount[""]);
        DatasetPreparation preparation = With(options => options.Folder = mount["root"]);

        Assert.Contains("the link 'linked.csv'", await preparation.FailAsync(Table(name, new JsonObject { ["folder"] = "data/" })));
        Assert.Contains("the link 'linked'", await preparation.FailAsync(Table(name, new JsonObject { ["folder"] = "linked/" })));
        Assert.Contains("no folder 'other'", await preparation.FailAsync(Table(name, new JsonObject { ["folder"] = "other/" })));
        Assert.Contains("Sources__Folder", await new DatasetPreparation().FailAsync(Table(name, new JsonObject { ["folder"] = "data/" })));
        DatasetDefinition escape = Table(name, new JsonObject { ["folder"] = "data/" }) with { Sources = [new FolderSource("../")] };
        Assert.Contains("'..' in its path", await preparation.FailAsync(escape));
    }

    [TestMethod]
    public async Task Arrays_of_two_sources_are_joined_pair_by_pair()
    {
        RawDataset one = await RawDataset.UploadAsync();
        RawDataset two = await RawDataset.UploadAsync();

        DatasetReference dataset = await new DatasetPreparation().PrepareAsync(one.Definition with { Sources = [.. one.Definition.Sources, .. two.Definition.Sources] });
        (DatasetManifest manifest, _) = await DatasetPreparation.ManifestAsync(dataset);

        CollectionAssert.AreEqual(new long[] { 108, 108, 108, 108 }, manifest.Splits["train"].ClassCounts.ToArray());
        CollectionAssert.AreEqual(new long[] { 12, 12, 12, 12 }, manifest.Splits["validation"].ClassCounts.ToArray());
        CollectionAssert.AreEqual(new long[] { 30, 30, 30, 30 }, manifest.Splits["test"].ClassCounts.ToArray());
        Assert.HasCount(8, manifest.Splits["train"].Shards);
        Assert.AreEqual(60, manifest.Leakage!.TestInTrain + manifest.Leakage.TestInValidation + 60, "both sources have the same examples, but none of the test's is trained on");
        Assert.IsGreaterThan(0, manifest.Leakage.ValidationInTrain);
    }

    [TestMethod]
    public async Task Of_several_arrays_one_that_cannot_be_read_is_left_out_with_its_labels()
    {
        RawDataset one = await RawDataset.UploadAsync();
        RawDataset two = await RawDataset.UploadAsync(compressed: true);
        await two.PutAsync("train-images-idx3-ubyte.gz", RawDataset.Zip(RawDataset.File("train-images-idx3-ubyte"))[..^200]);
        DatasetDefinition both = one.Definition with { Sources = [.. one.Definition.Sources, .. two.Definition.Sources] };

        DatasetReference dataset = await new DatasetPreparation().PrepareAsync(both with { MaxFailedItems = 1 });
        (DatasetManifest manifest, _) = await DatasetPreparation.ManifestAsync(dataset);

        Assert.AreEqual(RawDataset.TrainExamples + (2 * RawDataset.TestExamples), dataset.Examples);
        string failed = Encoding.UTF8.GetString(await DatasetPreparation.FileAsync(dataset, manifest.FailedItems!.File, manifest.FailedItems.Sha256));
        Assert.Contains($"raw/{two.Name}/train-images-idx3-ubyte.gz", failed);
        Assert.StartsWith($"raw/{two.Name}/train-images-idx3-ubyte.gz: expected ", await new DatasetPreparation().FailAsync(both));
    }

    [TestMethod]
    [DataRow("8.8.8.8", true)]
    [DataRow("2606:4700::1111", true)]
    [DataRow("127.0.0.1", false)]
    [DataRow("10.1.2.3", false)]
    [DataRow("172.31.0.1", false)]
    [DataRow("192.168.0.1", false)]
    [DataRow("169.254.169.254", false)]
    [DataRow("100.64.0.1", false)]
    [DataRow("168.63.129.16", false)]
    [DataRow("0.0.0.0", false)]
    [DataRow("::1", false)]
    [DataRow("::ffff:10.0.0.1", false)]
    [DataRow("64:ff9b::a00:1", false)]
    [DataRow("2002:a00:1::", false)]
    [DataRow("fd00::1", false)]
    [DataRow("fe80::1", false)]
    public void Addresses_of_private_networks_are_told_from_public_ones(string address, bool isPublic) =>
        Assert.AreEqual(isPublic, PublicAddress.Is(IPAddress.Parse(address)));

    [TestMethod]
    [DataRow("\"raw\"", "$.dataset.source")]
    [DataRow("[\"raw/a/\", \"raw/a/\"]", "$.dataset.source")]
    [DataRow("[]", "$.dataset.source")]
    [DataRow("[\"raw/a/\", 7]", "$.dataset.source[1]")]
    [DataRow("\"https://example.org/\"", "$.dataset.source")]
    [DataRow("\"https://user:word@example.org/a.csv\"", "$.dataset.source")]
    [DataRow("\"file:///etc/passwd\"", "$.dataset.source")]
    [DataRow("{\"folder\": \"../etc/\"}", "$.dataset.source.folder")]
    [DataRow("{\"folder\": \"/etc/\"}", "$.dataset.source.folder")]
    [DataRow("{\"url\": \"https://example.org/a.csv\", \"name\": \"../a.csv\"}", "$.dataset.source.name")]
    [DataRow("{\"url\": \"https://example.org/a.csv\", \"sha256\": \"12\"}", "$.dataset.source.sha256")]
    [DataRow("{\"url\": \"https://example.org/a.csv\", \"md5\": \"12\"}", "$.dataset.source.md5")]
    public void A_source_that_cannot_be_is_refused_with_its_path(string source, string path)
    {
        JsonObject pipeline = PipelineJson.Example();
        pipeline["dataset"]!["source"] = JsonNode.Parse(source);

        Assert.AreEqual(path, PipelineJson.Read(pipeline).Errors[0].Path);
    }

    private static DatasetDefinition Table(string name, params JsonNode[] sources) => PipelineJson.Definition(pipeline => pipeline["dataset"] = new JsonObject
    {
        ["name"] = name, ["format"] = "table", ["target"] = "kind", ["source"] = sources.Length == 1 ? sources[0] : new JsonArray(sources),
    }).Dataset;

    private static byte[] Csv(int from, int to) =>
        Encoding.UTF8.GetBytes("size,kind\n" + string.Concat(Enumerable.Range(from, to - from).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i},{(i % 2 == 0 ? "even" : "odd")}\n"))));

    private static async Task PutAsync(string blob, byte[] content)
    {
        BlobContainerClient raw = (await Storage.BlobsAsync()).GetBlobContainerClient("raw");
        await raw.CreateIfNotExistsAsync();
        await raw.GetBlobClient(blob).UploadAsync(BinaryData.FromBytes(content), overwrite: true);
    }

    private static DatasetPreparation With(Action<SourceOptions> change)
    {
        var options = new SourceOptions();
        change(options);
        return new DatasetPreparation { Sources = options };
    }

    private DatasetPreparation Allowed() => With(options => Allow(options));

    private bool Allow(SourceOptions options)
    {
        options.PrivateHosts.Add(server.Host);
        options.Folder = mount[""];
        return true;
    }

    /// <summary>A web server on loopback that loses connections if it is told to.</summary>
    private sealed class FileServer : IDisposable
    {
        private readonly HttpListener listener = new();
        private readonly Task loop;
        private int requests;

        public FileServer()
        {
            Host = $"localhost:{FreePort.Next()}";
            listener.Prefixes.Add($"http://{Host}/");
            listener.Start();
            loop = Task.Run(ServeAsync);
        }

        public string Host { get; }

        public Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, string> Redirects { get; } = new(StringComparer.Ordinal);

        public bool KnowsRanges { get; set; } = true;

        /// <summary>How many of the next answers break off.</summary>
        public int Breaks { get; set; }

        public int Requests => Volatile.Read(ref requests);

        public string Url(string path) => $"http://{Host}{path}";

        public void Dispose()
        {
            listener.Stop();
            loop.Wait(Patience.Limit);
            listener.Close();
        }

        private async Task ServeAsync()
        {
            while (listener.IsListening)
            {
                try
                {
                    await AnswerAsync(await listener.GetContextAsync());
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException || !listener.IsListening)
                {
                    // The client has gone, or the test is over.
                }
            }
        }

        private async Task AnswerAsync(HttpListenerContext context)
        {
            Interlocked.Increment(ref requests);
            HttpListenerResponse response = context.Response;
            string path = context.Request.Url!.AbsolutePath;
            if (Redirects.TryGetValue(path, out string? location))
            {
                response.Redirect(location);
                response.Close();
                return;
            }

            if (!Files.TryGetValue(path, out byte[]? file))
            {
                response.StatusCode = 404;
                response.Close();
                return;
            }

            int from = 0;
            response.AddHeader("ETag", $"\"{file.Length}\"");
            if (KnowsRanges && context.Request.Headers["Range"] is { } range)
            {
                from = int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
                response.StatusCode = 206;
                response.AddHeader("Content-Range", $"bytes {from}-{file.Length - 1}/{file.Length}");
            }

            response.ContentLength64 = file.Length - from;
            if (Breaks > 0)
            {
                Breaks--;
                await response.OutputStream.WriteAsync(file.AsMemory(from, (file.Length - from) / 2));
                await response.OutputStream.FlushAsync();
                response.Abort();
                return;
            }

            await response.OutputStream.WriteAsync(file.AsMemory(from));
            response.Close();
        }
    }
}
