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
    private static TemporaryFolder? folder;
    private static Up? up;
    private static TorchModel? torch;
    private static ImportDocument? first;

    private static Up Host => up!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        folder = new TemporaryFolder();
        torch = await TorchModel.CreateAsync(folder.Path);
        up = await SharedUp.GetAsync();
        await UploadAsync("net.pt", await File.ReadAllBytesAsync(folder["net.pt"]));
        await UploadAsync("sample.npz", await File.ReadAllBytesAsync(folder["sample.npz"]));
        first = await ImportAsync("net", new() { ["source"] = "raw/imports/net.pt", ["sample"] = "raw/imports/sample.npz", ["alias"] = "champion" });
    }

    [ClassCleanup]
    public static void Stop() => folder?.Dispose();

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
    public async Task The_command_line_imports_the_ONNX_that_was_made_as_it_is()
    {
        BinaryData onnx = (await Host.Blobs.GetBlobContainerClient("models").GetBlobClient($"net/{first!.Result()!.Version}/model.onnx").DownloadContentAsync()).Value.Content;
        await UploadAsync("net.onnx", onnx.ToArray());

        (int exit, string said) = await RunAsync("import", "again", "raw/imports/net.onnx", "--format", "onnx", "--sample", "raw/imports/sample.npz");

        Assert.AreEqual(0, exit, said);
        StringAssert.Contains(said, "again version 1: published");
        Assert.AreEqual((await InferAsync("net"))["outputs"]!.ToJsonString(), (await InferAsync("again"))["outputs"]!.ToJsonString());
    }

    [TestMethod]
    public async Task The_command_line_says_why_an_import_fails()
    {
        (int exit, string said) = await RunAsync("import", "never", "raw/imports/net.pt", "--sample", "raw/imports/none.npz");

        Assert.AreEqual(1, exit, said);
        StringAssert.Contains(said, "sample: there is no blob raw/imports/none.npz.");
    }

    [TestMethod]
    public async Task A_sample_that_the_model_does_not_take_fails_the_import_and_its_status_says_why()
    {
        await UploadAsync("short.npy", await File.ReadAllBytesAsync(folder!["short.npy"]));

        ImportDocument ended = await ImportAsync("never", new() { ["source"] = "raw/imports/net.pt", ["sample"] = "raw/imports/short.npy" });

        Assert.AreEqual("Failed", ended.RuntimeStatus);
        StringAssert.Contains(ended.CustomStatus!.Error, "sample: it lacks the input 'word'; the model takes x, word");
        StringAssert.Contains(ended.Output.ToString(), "sample: it lacks the input 'word'");
        Assert.AreEqual(404, (int)(await Host.Http.GetAsync(new Uri("v2/models/never", UriKind.Relative))).StatusCode);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        string command = Path.Combine(Repository.Root, "cli", "bin", RepositoryLayout.Find().Configuration, "net10.0", "durableml.dll");
        var start = new ProcessStartInfo("dotnet", [command, .. arguments, "--state", Host.StateFolder]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Patience.Limit);
        Task<string> error = process.StandardError.ReadToEndAsync(limit.Token);
        string output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, output + await error);
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
