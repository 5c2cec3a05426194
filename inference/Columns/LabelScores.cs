using System.Globalization;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace DurableMl.Inference.Columns;

/// <summary>Scores of labels that do not exclude each other: each has a probability of its own.</summary>
public static class LabelScores
{
    internal const string Output = "labels";

    /// <summary>What the jobs here call a network's output that is no probability yet.</summary>
    internal const string Logits = "logits";

    internal const string Parameter = "threshold";
    private const float UsualThreshold = 0.5f;

    /// <summary>Makes probabilities of what a network gives, in place, unless they are already.</summary>
    /// <param name="scores">The scores.</param>
    /// <param name="output">What the network calls them.</param>
    public static void ToProbabilities(Span<float> scores, string output)
    {
        if (output == Logits || scores.ContainsAnyExceptInRange(0f, 1f))
        {
            TensorPrimitives.Sigmoid<float>(scores, scores);
        }
    }

    /// <summary>The probability from which on a label is answered: the request's parameter <c>threshold</c>, or a half.</summary>
    /// <exception cref="InferenceException">400: it is no number from 0 to 1.</exception>
    internal static float Threshold(InferRequest request) => request.Parameters?.GetValueOrDefault(Parameter) is not { } text ? UsualThreshold
        : float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float threshold) && threshold is >= 0 and <= 1 ? threshold
        : throw InferenceException.Field($"parameters.{Parameter}", $"must be a number from 0 to 1, not '{text}'.");
}
