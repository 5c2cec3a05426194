using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace BatchJobs.Tests.Python;

/// <summary>What this machine's PyTorch exports, answered by ONNX Runtime. In the images the job itself compares the two; Debian has no ONNX Runtime for Python.</summary>
[TestClass]
public sealed class ExportTests
{
    private const int Rows = 3;
    private const int Classes = 10;

    private const string Export = """
        import os, sys
        jobs, job, shape, name, output = sys.argv[1], sys.argv[2], tuple(map(int, sys.argv[3].split("x"))), sys.argv[4], sys.argv[5]
        indices = [tuple(map(int, span.split(","))) for span in sys.argv[6].split()]
        sys.path[:0] = [jobs, os.path.join(jobs, "jobs", job)]
        import torch
        from train import build_model
        from training import export, parameters, tasks
        from training.dataset import Features
        module = build_model(parameters.load("", os.path.join(jobs, "jobs", job, "job.json")), Features(shape, indices), 10)
        if output == "values":
            module = tasks.Regression([{"mean": 100 * i, "standardDeviation": i + 1} for i in range(10)]).finish(module)
        sample = torch.randn((3,) + shape)
        for offset, length, numbers in indices:
            sample[:, offset:offset + length] = torch.randint(-1, numbers + 2, (3, length))
        export.export_onnx(module, shape, "model.onnx", name, output)
        with torch.no_grad():
            sample.numpy().tofile("sample"), module.eval()(sample).numpy().tofile("answer")
        """;

    public required TestContext TestContext { get; init; }

    [TestMethod]
    [DataRow("image-classifier", "image", "logits", new[] { 1, 28, 28 }, "")]
    [DataRow("tabular-classifier", "row", "logits", new[] { 7 }, "")]
    [DataRow("tabular-classifier", "row", "logits", new[] { 7 }, "0,1,5 3,3,9")]
    [DataRow("tabular-regressor", "row", "values", new[] { 7 }, "")]
    [DataRow("text-classifier", "row", "logits", new[] { 7 }, "0,1,5 3,3,9")]
    [DataRow("text-classifier", "row", "logits", new[] { 2 }, "0,2,9")]
    public async Task An_exported_model_answers_as_the_module_it_was_exported_from(string job, string input, string output, int[] shape, string indices)
    {
        using var folder = new TemporaryFolder();
        var start = new ProcessStartInfo(Repository.Python, ["-B", "-W", "ignore", "-c", Export, Path.Combine(Repository.Root, "batch-jobs"), job, string.Join('x', shape), input, output, indices])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync(TestContext.CancellationToken);
        await process.WaitForExitAsync(TestContext.CancellationToken);
        Assert.AreEqual(0, process.ExitCode, error);

        using var session = new InferenceSession(Path.Combine(folder.Path, "model.onnx"));
        var sample = new DenseTensor<float>(Floats(folder, "sample"), [Rows, .. shape]);
        using var answer = session.Run([NamedOnnxValue.CreateFromTensor(input, sample)], [output]);

        var logits = answer.Single().AsTensor<float>();
        var wanted = Floats(folder, "answer");
        CollectionAssert.AreEqual(new[] { Rows, Classes }, logits.Dimensions.ToArray());
        foreach (var (one, other) in logits.Zip(wanted))
        {
            Assert.AreEqual(other, one, 1e-4);
        }
    }

    private static float[] Floats(TemporaryFolder folder, string file) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(folder.Path, file))).ToArray();
}
