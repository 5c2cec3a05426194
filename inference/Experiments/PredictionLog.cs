namespace DurableMl.Inference.Experiments;

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
    private readonly Dictionary<(string Model, RequestKey Key), List<Prediction>> predictions = [];
    private readonly Queue<(string Model, RequestKey Key)> order = [];
    private readonly Dictionary<string, int> requests = [];

    /// <summary>The models of which requests are remembered.</summary>
    public IReadOnlyList<string> Models
    {
        get
        {
            lock (gate)
            {
                return [.. requests.Keys];
            }
        }
    }

    public void Add(string model, RequestKey key, Prediction prediction)
    {
        lock (gate)
        {
            if (predictions.TryGetValue((model, key), out List<Prediction>? existing))
            {
                // The same id again, or a shadow's answer to the same request.
                if (existing.Count < MaxPredictions)
                {
                    existing.Add(prediction);
                }

                return;
            }

            predictions[(model, key)] = [prediction];
            order.Enqueue((model, key));
            requests[model] = requests.GetValueOrDefault(model) + 1;
            while (order.Count > capacity)
            {
                Forget(order.Dequeue());
            }
        }
    }

    /// <summary>Whether a request is remembered, labelled or not.</summary>
    public bool Knows(string model, RequestKey key)
    {
        lock (gate)
        {
            return predictions.ContainsKey((model, key));
        }
    }

    /// <summary>Takes what was predicted for a request, so that a label counts once: empty if it was taken before, null if the request is not known (any more).</summary>
    public List<Prediction>? Take(string model, RequestKey key)
    {
        lock (gate)
        {
            if (!predictions.TryGetValue((model, key), out List<Prediction>? found))
            {
                return null;
            }

            predictions[(model, key)] = [];
            return found;
        }
    }

    // Under the gate.
    private void Forget((string Model, RequestKey Key) oldest)
    {
        predictions.Remove(oldest);
        if (--requests[oldest.Model] == 0)
        {
            requests.Remove(oldest.Model);
        }
    }

    /// <param name="Route">The route that made it.</param>
    /// <param name="Version">The version that made it.</param>
    /// <param name="Classes">The class given to each example.</param>
    internal sealed record Prediction(string Route, string Version, long[] Classes);
}
