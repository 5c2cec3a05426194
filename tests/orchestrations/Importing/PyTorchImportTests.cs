using System.Diagnostics;
using DurableMl.Orchestrations.Importing;
using DurableMl.Orchestrations.Preprocessing;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Importing;

/// <summary>The converting script with the real PyTorch, and ONNX Runtime's answer to what it leaves.</summary>
[TestClass]
public sealed class PyTorchImportTests
{
    private static readonly string Script = Path.Combine(Repository.Root, "batch-jobs", "jobs", "model-import", "import_model.py");

    [TestMethod]
    [DataRow("torchscript")]
    [DataRow("pytorch")]
    public async Task PyTorch_models_become_ONNX_that_ONNX_Runtime_answers_alike(string format)
    {
        using TemporaryFolder folder = Staged(format);
        await MakeAsync(folder, format, """
            import torch
            def build():
                return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
            """);
        await File.WriteAllBytesAsync(folder["dataset/sample.npy"], NpyWriter.Write<float>([1, 2, 3, -1, 0, 1], 2, 3));

        Assert.IsLessThan(1e-4, (await ConvertAndPublishAsync(folder)).LargestDifference!.Value);
    }

    [TestMethod]
    public async Task Several_inputs_and_outputs_of_different_types_survive_the_way()
    {
        using TemporaryFolder folder = Staged("torchscript");
        await MakeAsync(folder, "torchscript", """
            import torch
            class Gate(torch.nn.Module):
                def forward(self, x, index, keep):
                    return x.gather(1, index.unsqueeze(1)).squeeze(1) * keep, index + 1, torch.logical_and(keep, index > 0)
            def build():
                return Gate()
            """);
        await File.WriteAllBytesAsync(folder["dataset/sample.npz"], NumPyFile.Npz(
            ("keep", NumPyFile.Npy("|b1", [true, false], 2)), ("x", NumPyFile.Npy<double>("<f8", [1, 2, 3, 4], 2, 2)), ("index", NumPyFile.Npy<long>("<i8", [1, 0], 2))));

        Assert.AreEqual(0, (await ConvertAndPublishAsync(folder)).LargestDifference);
    }

    [TestMethod]
    public async Task A_source_that_is_no_model_is_not_retried()
    {
        using TemporaryFolder folder = Staged("torchscript");
        await File.WriteAllTextAsync(folder["dataset/source"], "no model");
        await File.WriteAllBytesAsync(folder["dataset/sample.npy"], NpyWriter.Write<float>(new float[3], 1, 3));

        (int exit, string error) = await PythonAsync(folder, Script);

        Assert.AreEqual(64, exit, error);
        Assert.Contains("TorchScript", error);
    }

    private static TemporaryFolder Staged(string format)
    {
        var folder = new TemporaryFolder();
        foreach (string name in (string[])["dataset", "output", "checkpoint"])
        {
            Directory.CreateDirectory(folder[name]);
        }

        File.WriteAllText(folder["params.json"], $$"""{"format":"{{format}}"}""");
        return folder;
    }

    private static async Task MakeAsync(TemporaryFolder folder, string format, string definition)
    {
        await File.WriteAllTextAsync(folder["dataset/model.py"], definition);
        await File.WriteAllTextAsync(folder["make.py"], $"""
            import runpy, sys, torch
            torch.manual_seed(1)
            model = runpy.run_path(sys.argv[1] + '/model.py', run_name='definition')['build']()
            torch.jit.save(torch.jit.script(model), sys.argv[1] + '/source') if '{format}' == 'torchscript' else torch.save(model.state_dict(), sys.argv[1] + '/source')
            """);
        (int exit, string error) = await PythonAsync(folder, folder["make.py"], folder["dataset"]);
        Assert.AreEqual(0, exit, error);
    }

    private static async Task<PublishedImport> ConvertAndPublishAsync(TemporaryFolder folder)
    {
        (int exit, string error) = await PythonAsync(folder, Script);
        Assert.AreEqual(0, exit, error);
        ImportedFiles files = await ImportedFiles.CreateAsync();
        await files.ConvertedAsync(
            await File.ReadAllBytesAsync(folder["output/model.onnx"]), await File.ReadAllBytesAsync(folder["output/parity-input.npz"]), await File.ReadAllBytesAsync(folder["output/parity-output.npz"]));
        return await files.PublishAsync(await files.TorchScriptAsync());
    }

    private static async Task<(int Exit, string Error)> PythonAsync(TemporaryFolder folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(Repository.Python, ["-B", .. arguments]) { UseShellExecute = false, RedirectStandardError = true };
        start.Environment["DML_DATASET"] = folder["dataset"];
        start.Environment["DML_OUTPUT"] = folder["output"];
        start.Environment["DML_CHECKPOINT"] = folder["checkpoint"];
        start.Environment["DML_PARAMS"] = folder["params.json"];
        using Process process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Patience.Limit);
        string error = await process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, error);
    }
}
