using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging;

namespace DurableMl.Inference.Experiments;

/// <summary>A version's answer to a request: the class of each example.</summary>
internal sealed record Prediction(string Route, string Version, long[] Classes);

/// <summary>
/// The latest answers by request, so that a label that comes later finds what was predicted. The oldest leave first. A request whose
/// label has come keeps its place without its predictions, so that the same label sent again is known for a repetition.
/// </summary>
internal sealed class PredictionLog(int capacity)
{
    /// <summary>Requests remembered by a server.</summary>
    public const int DefaultCapacity = 100_000;

    /// <summary>Examples of a request that is remembered; larger ones are not.</summary>
    public const int MaxRows = 256;

    private const int MaxPredictions = 8;

    private readonly Lock gate = new();
    private readonly Dictionary<string, List<Prediction>> predictions = [];
    private readonly Queue<string> order = [];

    public void Add(string model, string id, Prediction prediction)
    {
        string key = Key(model, id);
        lock (gate)
        {
            if (!predictions.TryGetValue(key, out List<Prediction>? made))
            {
                predictions[key] = made = [];
                order.Enqueue(key);
                if (order.Count > capacity)
                {
                    predictions.Remove(order.Dequeue());
                }
            }

            // Several are the same id again, or a shadow's answer to the same request.
            if (made.Count < MaxPredictions)
            {
                made.Add(prediction);
            }
        }
    }

    /// <summary>Takes what was predicted for a request: nothing where it had its labels already; null where it is not known here.</summary>
    /// <exception cref="InferenceException">400: not as many labels as examples; the right ones may follow.</exception>
    public List<Prediction>? Take(string model, string id, int labels)
    {
        string key = Key(model, id);
        lock (gate)
        {
            if (!predictions.TryGetValue(key, out List<Prediction>? made))
            {
                return null;
            }

            if (made.Find(prediction => prediction.Classes.Length != labels) is { } other)
            {
                throw new InferenceException(400, $"$.labels: must be one for each example: request '{id}' had {other.Classes.Length}, and there are {labels}.");
            }

            predictions[key] = [];
            return made;
        }
    }

    // Of one size, whatever the caller chose.
    private static string Key(string model, string id) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(model + "/" + id)));
}

/// <summary>
/// Brings labels together with what was predicted, on whichever instance they arrive. Labels of a request that another instance answered
/// are a line in <c>{model}/labels/{hour}.jsonl</c>, which every instance with experiments of the model reads on from where it was; each counts what it knows.
/// </summary>
internal sealed class LabelLog(PredictionLog predictions, ExperimentLog experiments, ModelRegistry registry, TimeProvider time, ILogger<LabelLog> logger)
{
    // How much later than its clock says an instance may write to an hour's log.
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim reading = new(1, 1);
    private readonly Dictionary<string, long> read = [];

    /// <summary>Counts the true classes of the examples of a request that this instance answered.</summary>
    /// <returns>The routes and versions they were counted for, none if the request had its labels already; null when it is not known here.</returns>
    /// <exception cref="InferenceException">400: not as many labels as examples.</exception>
    public IReadOnlyList<(string Route, string Version, int Correct)>? Count(string model, string id, IReadOnlyList<long> labels) =>
        predictions.Take(model, id, labels.Count)?.ConvertAll(made =>
            (made.Route, made.Version, experiments.Label(model, made.Route, made.Version, made.Classes, labels)));

    /// <summary>Writes labels down for the instance that answered their request.</summary>
    /// <exception cref="InferenceException">429: the log of this hour is full.</exception>
    public async Task WriteAsync(string model, string id, IReadOnlyList<long> labels, CancellationToken cancellationToken)
    {
        try
        {
            byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(new Line(id, labels), JsonSerializerOptions.Web), (byte)'\n'];
            await registry.Documents.AppendAsync(Blob(model, time.GetUtcNow()), line, cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == 409)
        {
            throw new InferenceException(429, $"This hour's labels of model '{model}' are more than one log can take. Send these again in the next hour.", TimeSpan.FromHours(1));
        }
    }

    /// <summary>Counts the labels written since the last time whose requests this instance knows.</summary>
    public async Task CountAsync(string model, CancellationToken cancellationToken)
    {
        await reading.WaitAsync(cancellationToken);
        try
        {
            DateTimeOffset now = time.GetUtcNow();
            string[] logs = [.. new[] { Blob(model, now - Late), Blob(model, now) }.Distinct()];
            foreach (string log in logs)
            {
                (await ReadOnAsync(log, cancellationToken)).ForEach(line => TryCount(model, line));
            }

            foreach (string past in read.Keys.Where(log => log.StartsWith(ModelBlobs.Prefix(model), StringComparison.Ordinal)).Except(logs).ToList())
            {
                read.Remove(past);
            }
        }
        finally
        {
            reading.Release();
        }
    }

    private static string Blob(string model, DateTimeOffset at) =>
        string.Create(CultureInfo.InvariantCulture, $"{ModelBlobs.Prefix(model)}labels/{at:yyyy-MM-dd-HH}.jsonl");

    private async Task<List<string>> ReadOnAsync(string log, CancellationToken cancellationToken)
    {
        try
        {
            long start = read.GetValueOrDefault(log);
            BinaryData added = (await registry.Container.GetBlobClient(log).DownloadContentAsync(
                new BlobDownloadOptions { Range = new HttpRange(start) }, cancellationToken)).Value.Content;
            read[log] = start + added.ToMemory().Length;
            return [.. added.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        }
        catch (RequestFailedException e) when (e.Status is 404 or 416)
        {
            // Nothing was written in this hour, or nothing since the last look.
            return [];
        }
    }

    private void TryCount(string model, string json)
    {
        try
        {
            Line line = JsonSerializer.Deserialize<Line>(json, JsonSerializerOptions.Web)!;
            Count(model, line.Id, line.Labels);
        }
        catch (Exception e) when (e is InferenceException or JsonException)
        {
            logger.LogWarning("Labels of model {Model} were not counted: {Reason}", model, e.Message);
        }
    }

    private sealed record Line(string Id, IReadOnlyList<long> Labels);
}
