using System.Diagnostics;
using System.Text;
using Azure.Storage.Blobs;
using DurableMl.Inference.Registry;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Importing;
using DurableMl.Orchestrations.Preprocessing;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Importing;

[TestClass]
public sealed class ImportTests
{
    private static readonly string Script = Path.Combine(Repository.Root, "batch-jobs", "model-import", "import_model.py");

    [TestMethod]
    public async Task A_converted_model_that_answers_like_the_original_is_published_with_its_sample()
    {
        BlobServiceClient blobs = await Storage.BlobsAsync();
        ImportInput input = await ConvertedAsync(blobs, OnnxModel.Linear(new float[,] { { 2, 0 }, { 0, 3 } }), [1, 1], [2, 3]);
        var registry = new ModelRegistry(blobs, TimeProvider.System);
        ImportOutput output = await new PublishImport(blobs, registry).RunAsync(input, default);
        ImportOutput again = await new PublishImport(blobs, registry).RunAsync(input, default);

        Assert.AreEqual(output, again);
        Assert.AreEqual(0, output.LargestDifference);
        ModelManifest manifest = await registry.GetAsync(input.Model, output.Version);
        Assert.AreEqual("sample.json", manifest.Sample);
        Assert.AreEqual("1", (await registry.GetAliasesAsync(input.Model)).Versions["candidate"]);
    }

    [TestMethod]
    public async Task A_converted_model_that_answers_otherwise_is_not_published()
    {
        BlobServiceClient blobs = await Storage.BlobsAsync();
        ImportInput input = await ConvertedAsync(blobs, OnnxModel.Linear(new float[,] { { 2, 0 }, { 0, 3 } }), [1, 1], [2, 4]);
        var registry = new ModelRegistry(blobs, TimeProvider.System);
        PermanentFailureException e = await Assert.ThrowsExactlyAsync<PermanentFailureException>(() => new PublishImport(blobs, registry).RunAsync(input, default));

        Assert.Contains("value 1", e.Message);
        Assert.IsEmpty(await registry.ListVersionsAsync(input.Model));
    }

    [TestMethod]
    [DataRow("torchscript")]
    [DataRow("pytorch")]
    public async Task PyTorch_models_become_ONNX_that_ONNX_Runtime_answers_alike(string format)
    {
        using var folder = new TemporaryFolder();
        foreach (string name in (string[])["dataset", "output", "checkpoint"])
        {
            Directory.CreateDirectory(folder[name]);
        }

        await File.WriteAllTextAsync(folder["dataset/model.py"], """
            import torch
            def build():
                return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
            """);
        await File.WriteAllTextAsync(folder["make.py"], $"""
            import runpy, sys, torch
            torch.manual_seed(1)
            model = runpy.run_path(sys.argv[1] + '/model.py')['build']()
            torch.jit.save(torch.jit.script(model), sys.argv[1] + '/source') if '{format}' == 'torchscript' else torch.save(model.state_dict(), sys.argv[1] + '/source')
            """);
        await File.WriteAllBytesAsync(folder["dataset/sample.npy"], NpyWriter.Write<float>(new float[] { 1, 2, 3, -1, 0, 1 }, 2, 3));
        await File.WriteAllTextAsync(folder["params.json"], $$"""{"format":"{{format}}"}""");
        (int made, string makeError) = await PythonAsync(folder, folder["make.py"], folder["dataset"]);
        Assert.AreEqual(0, made, makeError);

        (int exit, string error) = await PythonAsync(folder, Script);

        Assert.AreEqual(0, exit, error);
        BlobServiceClient blobs = await Storage.BlobsAsync();
        ImportInput input = Input();
        BlobContainerClient runs = blobs.GetBlobContainerClient("runs");
        await runs.CreateIfNotExistsAsync();
        foreach (string file in (string[])["model.onnx", "parity-input.npy", "parity-output.npy"])
        {
            await runs.GetBlobClient($"{input.RunId}/trials/trial-000/output/{file}").UploadAsync(folder["output/" + file], overwrite: true);
        }

        ImportOutput output = await new PublishImport(blobs, new ModelRegistry(blobs, TimeProvider.System)).RunAsync(input, default);
        Assert.IsLessThan(1e-4, output.LargestDifference);
    }

    [TestMethod]
    public async Task A_source_that_is_no_model_is_hopeless_not_retried()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in (string[])["dataset", "output", "checkpoint"])
        {
            Directory.CreateDirectory(folder[name]);
        }

        await File.WriteAllTextAsync(folder["dataset/source"], "no model");
        await File.WriteAllBytesAsync(folder["dataset/sample.npy"], NpyWriter.Write<float>(new float[3], 1, 3));
        await File.WriteAllTextAsync(folder["params.json"], "{}");
        (int exit, string error) = await PythonAsync(folder, Script);

        Assert.AreEqual(64, exit, error);
        Assert.Contains("TorchScript", error);
    }

    [TestMethod]
    [DataRow("""{"source":"models/x","sample":"raw/s.npy"}""", "$.source")]
    [DataRow("""{"source":"raw/x.pt","sample":"raw/../s.npy"}""", "$.sample")]
    [DataRow("""{"source":"raw/x.pt","sample":"raw/s.npy","format":"caffe"}""", "$.format")]
    [DataRow("""{"source":"raw/x.pt","sample":"raw/s.npy","format":"pytorch"}""", "$.definition")]
    [DataRow("""{"source":"raw/x.pt","sample":"raw/s.npy","tolerance":0}""", "$.tolerance")]
    [DataRow("""{"source":"raw/x.pt","sample":"raw/s.npy","alias":"../x"}""", "$.alias")]
    public void Requests_that_are_not_valid_are_refused_by_path(string json, string path)
    {
        Assert.IsNull(ImportRequest.Read(Encoding.UTF8.GetBytes(json), out var errors));
        Assert.AreEqual(path, errors[0].Path);
    }

    [TestMethod]
    public async Task The_source_reaches_the_job_as_a_dataset_named_by_its_content()
    {
        BlobServiceClient blobs = await Storage.BlobsAsync();
        BlobContainerClient raw = blobs.GetBlobContainerClient("raw");
        await raw.CreateIfNotExistsAsync();
        ImportInput input = Input();
        await raw.GetBlobClient("x.pt").UploadAsync(BinaryData.FromString("source"), overwrite: true);
        await Assert.ThrowsExactlyAsync<PermanentFailureException>(() => new PrepareImport(blobs).RunAsync(input with { Request = input.Request with { Sample = "raw/none.npy" } }, default));
        await raw.GetBlobClient("s.npy").UploadAsync(BinaryData.FromString("sample"), overwrite: true);
        string version = await new PrepareImport(blobs).RunAsync(input, default);

        Assert.AreEqual(version, await new PrepareImport(blobs).RunAsync(input, default));
        BlobContainerClient datasets = blobs.GetBlobContainerClient("datasets");
        Assert.AreEqual("source", (await datasets.GetBlobClient($"model-imports/{version}/source").DownloadContentAsync()).Value.Content.ToString());
        Assert.Contains("sample.npy", (await datasets.GetBlobClient($"model-imports/{version}/manifest.json").DownloadContentAsync()).Value.Content.ToString());
    }

    private static ImportInput Input() => new(Storage.NewName("import"), Storage.NewName("model"), new("raw/x.pt", "raw/s.npy", Alias: "candidate"));

    private static async Task<ImportInput> ConvertedAsync(BlobServiceClient blobs, byte[] model, float[] sample, float[] expected)
    {
        ImportInput input = Input();
        BlobContainerClient runs = blobs.GetBlobContainerClient("runs");
        await runs.CreateIfNotExistsAsync();
        string output = $"{input.RunId}/trials/trial-000/output/";
        await runs.GetBlobClient(output + "model.onnx").UploadAsync(BinaryData.FromBytes(model));
        await runs.GetBlobClient(output + "parity-input.npy").UploadAsync(BinaryData.FromBytes(NpyWriter.Write<float>(sample, 1, sample.Length)));
        await runs.GetBlobClient(output + "parity-output.npy").UploadAsync(BinaryData.FromBytes(NpyWriter.Write<float>(expected, 1, expected.Length)));
        return input;
    }

    private static async Task<(int Exit, string Error)> PythonAsync(TemporaryFolder folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(Repository.Python, arguments) { UseShellExecute = false, RedirectStandardError = true };
        start.Environment["DML_DATASET"] = folder["dataset"];
        start.Environment["DML_OUTPUT"] = folder["output"];
        start.Environment["DML_CHECKPOINT"] = folder["checkpoint"];
        start.Environment["DML_PARAMS"] = folder["params.json"];
        using Process process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        string error = await process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, error);
    }
}
