using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Azure.Storage.Blobs;
using DurableMl.Inference.Batching;
using DurableMl.Onnx;
using DurableMl.Registry;
using DurableMl.Tests.Support;

namespace DurableMl.Bench.Inference;

/// <summary>The models that are measured: written by PyTorch, and published in an Azurite of their own.</summary>
internal sealed class Models : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly AzuriteProcess azurite;

    private Models(AzuriteProcess azurite) => this.azurite = azurite;

    public string Mnist => folder["mnist.onnx"];

    public string ResNet => folder["resnet50.onnx"];

    /// <summary>Where servers keep what they have downloaded.</summary>
    public string Cache => folder["cache"];

    /// <summary>ResNet-50's file under its hash, as it would lie in a package.</summary>
    public string Package => folder["package"];

    /// <summary>What a server needs to find them.</summary>
    public Dictionary<string, string> Settings => new()
    {
        ["Inference__CacheFolder"] = Cache, ["DataStorage"] = azurite.ConnectionString, ["AzureWebJobsStorage"] = azurite.ConnectionString,
    };

    public static async Task<Models> PublishAsync()
    {
        var models = new Models(await AzuriteProcess.StartAsync());
        var start = new ProcessStartInfo(Repository.Python, [Path.Combine(AppContext.BaseDirectory, "models.py"), models.folder.Path]) { UseShellExecute = false, RedirectStandardOutput = true };
        using (Process python = Process.Start(start)!)
        {
            await python.StandardOutput.ReadToEndAsync();
            await python.WaitForExitAsync();
            if (python.ExitCode != 0)
            {
                throw new InvalidOperationException($"{Repository.Python} could not write the models; it has to import torch.");
            }
        }

        var registry = new ModelRegistry(new BlobServiceClient(models.azurite.ConnectionString), TimeProvider.System);
        foreach (string name in (string[])["mnist", "wide", "resnet50"])
        {
            await models.PublishAsync(registry, name, name);
        }

        await models.PublishAsync(registry, "mnist-alone", "mnist", maxBatch: 1);
        await models.PublishAsync(registry, "wide-alone", "wide", maxBatch: 1);
        await models.PublishAsync(registry, "resnet50-front", "resnet50-front", maxBatch: 1);
        await models.PublishAsync(registry, "resnet50-back", "resnet50-back", maxBatch: 1);
        await new BlobServiceClient(models.azurite.ConnectionString).GetBlobContainerClient("models").GetBlobClient("resnet50-chain/traffic.json").UploadAsync(
            BinaryData.FromString("""{"route":{"type":"chain","steps":[{"target":{"model":"resnet50-front"}},{"target":{"model":"resnet50-back"}}]}}"""));
        Directory.CreateDirectory(models.Package);
        byte[] resnet = await File.ReadAllBytesAsync(models.ResNet);
        await File.WriteAllBytesAsync(Path.Combine(models.Package, Convert.ToHexStringLower(SHA256.HashData(resnet))), resnet);
        return models;
    }

    public async ValueTask DisposeAsync()
    {
        await azurite.DisposeAsync();
        folder.Dispose();
    }

    private async Task PublishAsync(ModelRegistry registry, string model, string file, int? maxBatch = null)
    {
        string path = folder[file + ".onnx"];
        ModelManifest manifest = await registry.PublishAsync(new(model, new("bench"), [ModelSource.FromFile(path, "model.onnx")])
        {
            Serving = new() { MaxBatch = maxBatch },
            Batching = maxBatch is null ? Try(path) : null,
        });
        await registry.SetAliasAsync(model, "champion", manifest.Version);
    }

    private static BatchingEvidence Try(string path)
    {
        using ModelSession session = ModelSession.Load(path);
        long[] shape = [1, .. session.Inputs[0].Shape.Skip(1)];
        var random = new Random(0);
        float[] sample = [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (product, size) => product * size)).Select(_ => random.NextSingle())];
        return RowCheck.Check(session, [new TensorValue(session.Inputs[0].Name, TensorType.ByName["FP32"], shape, MemoryMarshal.AsBytes<float>(sample).ToArray())]);
    }
}
