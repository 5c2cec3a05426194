using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Runs;
using DurableMl.Registry;

namespace DurableMl.Orchestrations.Training;

/// <summary>The files that a trial has left, as its result lists them. They are the model: what it cannot do without, such as weights and labels, among them.</summary>
/// <param name="blobs">The data account.</param>
/// <param name="runId">The run.</param>
/// <param name="trialId">The trial.</param>
internal sealed class TrialFiles(BlobServiceClient blobs, string runId, string trialId)
{
    /// <summary>The file that holds the model itself.</summary>
    public const string Model = "model.onnx";

    private const string MetricsLog = "metrics.jsonl";

    /// <summary>The files to publish with their hashes, and the names of those that no model can have.</summary>
    /// <exception cref="PermanentFailureException">The trial left no model.</exception>
    public async Task<(IReadOnlyList<ModelFile> Files, IReadOnlyList<string> LeftOut)> ListAsync(CancellationToken cancellationToken)
    {
        TrialResult? result = await new TrialReader(blobs).ResultAsync(RunBlobs.Trial(runId, trialId).TrimEnd('/'), cancellationToken);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var files = new List<ModelFile>();
        var leftOut = new List<string>();
        foreach (TrialOutput output in result?.Outputs.Where(output => output.File != MetricsLog) ?? [])
        {
            if (ModelNames.IsFile(output.File) && names.Add(output.File))
            {
                files.Add(new ModelFile(output.File, output.Sha256, output.Bytes));
            }
            else
            {
                leftOut.Add(output.File);
            }
        }

        return files.Any(file => file.Name == Model) ? (files, leftOut) : throw new PermanentFailureException($"The best trial, {trialId}, left no {Model}.");
    }

    /// <summary>Brings a file to this machine.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Where it goes.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="PermanentFailureException">It is gone, or it is not what the trial left.</exception>
    public async Task DownloadAsync(ModelFile file, string path, CancellationToken cancellationToken)
    {
        try
        {
            await RunBlobs.Output(blobs, runId, trialId, file.Name).DownloadToAsync(path, cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw new PermanentFailureException($"The best trial, {trialId}, left {file.Name}, but it is gone.", e);
        }

        await using FileStream content = File.OpenRead(path);
        string hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        if (hash != file.Sha256)
        {
            throw new PermanentFailureException($"{file.Name} of {trialId} has changed since the trial left it: its SHA-256 was {file.Sha256} and is {hash}.");
        }
    }

    /// <summary>A file to publish; it is checked before a byte of it is read.</summary>
    public ModelSource Source(ModelFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new ModelSource(file.Name, async cancellationToken =>
        {
            string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
            try
            {
                await DownloadAsync(file, path, cancellationToken);
                return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Delete, bufferSize: 1 << 16, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
            }
            catch
            {
                File.Delete(path);
                throw;
            }
        });
    }
}
