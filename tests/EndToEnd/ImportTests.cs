using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Cli.Hosting;
using DurableMl.Cli.Imports;
using EndToEnd.Tests.Fixtures;

namespace EndToEnd.Tests;

/// <summary>Imports over HTTP, with the Batch emulator, the real runner and the real PyTorch.</summary>
[TestClass]
public sealed class ImportTests
{
    private static TemporaryFolder? state;
    private static Up? up;
    private static TorchModel? torch;
    private static ImportDocument? first;

    private static Up Host => up!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        state = new TemporaryFolder();
        torch = await TorchModel.CreateAsync(state.Path);
        up = await Up.StartAsync(state.Path);
        await UploadAsync("net.pt", await File.ReadAllBytesAsync(state["net.pt"]));
        await UploadAsync("sample.npz", await File.ReadAllBytesAsync(state["sample.npz"]));
        first = await ImportAsync("net", new() { ["source"] = "raw/imports/net.pt", ["sample"] = "raw/imports/sample.npz", ["alias"] = "champion" });
    }

    [ClassCleanup]
    public static async Task StopAsync()
    {
        if (up is not null)
        {
            await up.DisposeAsync();
        }

        state?.Dispose();
    }

    [TestMethod]
    public async Task A_TorchScript_model_answers_over_http_as_PyTorch_does()
    {
        Assert.AreEqual("published", first!.Result()?.State, Shown(first));

        JsonNode answer = await InferAsync("net");

        double[] expected = [.. torch!.Answer.GetProperty("scores").EnumerateArray().Select(value => value.GetDouble())];
        double[] scores = Data<double>(answer, "output_0");
        Assert.HasCount(6, scores);
        for (int i = 0; i < scores.Length; i++)
        {
            Assert.AreEqual(expected[i], scores[i], 1e-5);
        }

        CollectionAssert.AreEqual(torch.Answer.GetProperty("best").EnumerateArray().Select(value => value.GetInt64()).ToArray(), Data<long>(answer, "output_1"));
    }

    [TestMethod]
    public async Task The_version_says_what_it_was_made_from_and_the_Batch_job_is_gone()
    {
        JsonNode manifest = JsonNode.Parse(await Host.Http.GetStringAsync(new Uri($"api/models/net/versions/{first!.Result()!.Version}", UriKind.Relative)))!;

        JsonNode lineage = manifest["lineage"]!;
        Assert.AreEqual("torchscript", (string)lineage["format"]!);
        Assert.AreEqual("raw/imports/net.pt", (string)lineage["files"]![0]!["blob"]!);
        Assert.AreEqual(64, ((string)lineage["files"]![0]!["sha256"]!).Length);
        Assert.AreEqual("done", first.CustomStatus!.Phase);
        Assert.AreEqual("completed", first.CustomStatus.Trials.Single().State);
    }

    [TestMethod]
    public async Task The_ONNX_that_was_made_can_be_imported_as_it_is()
    {
        BinaryData onnx = (await Host.Blobs.GetBlobContainerClient("models").GetBlobClient($"net/{first!.Result()!.Version}/model.onnx").DownloadContentAsync()).Value.Content;
        await UploadAsync("net.onnx", onnx.ToArray());

        ImportDocument ended = await ImportAsync("again", new() { ["source"] = "raw/imports/net.onnx", ["sample"] = "raw/imports/sample.npz", ["format"] = "onnx", ["alias"] = "champion" });

        Assert.AreEqual("published", ended.Result()?.State, Shown(ended));
        Assert.IsEmpty(ended.CustomStatus!.Trials);
        Assert.AreEqual((await InferAsync("net"))["outputs"]!.ToJsonString(), (await InferAsync("again"))["outputs"]!.ToJsonString());
    }

    [TestMethod]
    public async Task A_sample_that_the_model_does_not_take_fails_the_import_and_its_status_says_why()
    {
        await UploadAsync("short.npy", await File.ReadAllBytesAsync(state!["short.npy"]));

        ImportDocument ended = await ImportAsync("never", new() { ["source"] = "raw/imports/net.pt", ["sample"] = "raw/imports/short.npy" });

        Assert.AreEqual("Failed", ended.RuntimeStatus);
        StringAssert.Contains(ended.CustomStatus!.Error, "sample: it lacks the input 'word'; the model takes x, word");
        StringAssert.Contains(ended.Output.ToString(), "sample: it lacks the input 'word'");
        Assert.AreEqual(404, (int)(await Host.Http.GetAsync(new Uri("v2/models/never", UriKind.Relative))).StatusCode);
    }

    [TestMethod]
    [DataRow("raw/imports/sample.npz", 0, "cli version 1: published, largest difference ")]
    [DataRow("raw/imports/none.npz", 1, "sample: there is no blob raw/imports/none.npz.")]
    public async Task The_command_line_follows_an_import_to_its_end(string sample, int exitCode, string said)
    {
        string command = Path.Combine(Repository.Root, "cli", "bin", RepositoryLayout.Find().Configuration, "net10.0", "durableml.dll");
        var start = new ProcessStartInfo("dotnet", [command, "import", "cli", "raw/imports/net.pt", "--sample", sample, "--state", state!.Path])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Patience.Limit);
        Task<string> error = process.StandardError.ReadToEndAsync(limit.Token);
        string output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);

        Assert.AreEqual(exitCode, process.ExitCode, output + await error);
        StringAssert.Contains(output + await error, said);
    }

    private static async Task UploadAsync(string name, byte[] content) =>
        await Host.Blobs.GetBlobContainerClient("raw").GetBlobClient("imports/" + name).UploadAsync(BinaryData.FromBytes(content), overwrite: true);

    private static async Task<ImportDocument> ImportAsync(string model, JsonObject request)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        var client = new ImportsClient(Host.Http, TimeProvider.System) { Interval = TimeSpan.FromMilliseconds(50) };
        ImportDocument? last = null;
        await foreach (ImportDocument seen in client.FollowAsync(await client.StartAsync(model, request, limit.Token), limit.Token))
        {
            last = seen;
        }

        return last!;
    }

    private static async Task<JsonNode> InferAsync(string model)
    {
        var request = new
        {
            inputs = new object[]
            {
                new { name = "x", datatype = "FP32", shape = new[] { 2, 3 }, data = torch!.Answer.GetProperty("x") },
                new { name = "word", datatype = "INT64", shape = new[] { 2 }, data = torch.Answer.GetProperty("word") },
            },
        };
        using HttpResponseMessage response = await Host.Http.PostAsJsonAsync(new Uri($"v2/models/{model}/infer", UriKind.Relative), request, JsonSerializerOptions.Web);
        string body = await response.Content.ReadAsStringAsync();
        Assert.IsTrue(response.IsSuccessStatusCode, body);
        return JsonNode.Parse(body)!;
    }

    private static T[] Data<T>(JsonNode answer, string output) =>
        [.. answer["outputs"]!.AsArray().Single(each => (string)each!["name"]! == output)!["data"]!.AsArray().Select(value => value!.GetValue<T>())];

    private static string Shown(ImportDocument import) => $"{import.RuntimeStatus}: {import.Output} {import.CustomStatus?.Error}\n{Host.Output}";
}
