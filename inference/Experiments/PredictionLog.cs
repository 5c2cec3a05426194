namespace DurableMl.Inference.Experiments;

/// <summary>The latest answers by request id, so that a label that comes later finds what was predicted. The oldest leave first.</summary>
internal sealed class PredictionLog(int capacity)
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string Model, string Id), List<Prediction>> predictions = [];
    private readonly Queue<(string Model, string Id)> order = [];

    public void Add(string model, string id, Prediction prediction)
    {
        lock (gate)
        {
            if (predictions.TryGetValue((model, id), out List<Prediction>? existing))
            {
                // The same id again, or a shadow's answer to the same request.
                if (existing.Count < 8)
                {
                    existing.Add(prediction);
                }

                return;
            }

            predictions[(model, id)] = [prediction];
            order.Enqueue((model, id));
            while (order.Count > capacity)
            {
                predictions.Remove(order.Dequeue());
            }
        }
    }

    /// <summary>Takes what was predicted for a request, so that a label counts once; null if it is not known (any more).</summary>
    public List<Prediction>? Take(string model, string id)
    {
        lock (gate)
        {
            // Its place in the order stays until it is the oldest; removing nothing then does no harm.
            return predictions.Remove((model, id), out List<Prediction>? found) ? found : null;
        }
    }

    /// <param name="Route">The route that made it.</param>
    /// <param name="Version">The version that made it.</param>
    /// <param name="Classes">The class given to each example.</param>
    internal sealed record Prediction(string Route, string Version, long[] Classes);
}
