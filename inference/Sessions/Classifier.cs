namespace DurableMl.Inference.Sessions;

/// <summary>
/// A model with one FP32 input whose first dimension is the batch, and a first output of FP32 scores, one row per example and one column
/// per class.
/// </summary>
public sealed class Classifier : IDisposable
{
    private readonly ModelSession session;

    /// <summary>Takes over <paramref name="session"/> and disposes it.</summary>
    /// <exception cref="InvalidModelException">The model does not have this form.</exception>
    public Classifier(ModelSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (session.Inputs is not [{ Datatype: "FP32" }] || session.Outputs is not [{ Datatype: "FP32" }, ..])
        {
            throw new InvalidModelException("A classifier needs exactly one FP32 input and a first output of FP32 scores.");
        }

        this.session = session;
    }

    /// <summary>The loaded model.</summary>
    public ModelSession Session => session;

    /// <summary>Loads an ONNX model.</summary>
    /// <inheritdoc cref="ModelSession.Load(string)"/>
    public static Classifier Load(string path) => new(ModelSession.Load(path));

    /// <summary>The class with the highest score for each example.</summary>
    /// <param name="features">The examples, one after the other, row-major.</param>
    /// <param name="featureShape">One example's shape, without the batch dimension.</param>
    /// <param name="classes">Receives a class per example; its length is the number of examples.</param>
    /// <exception cref="ArgumentException">The lengths do not agree with the shape, or the output is not one row per example.</exception>
    public void Predict(Memory<float> features, ReadOnlySpan<long> featureShape, Span<long> classes)
    {
        if (classes.IsEmpty)
        {
            return;
        }

        long[] shape = [classes.Length, .. featureShape];
        (float[] scores, long[] scoreShape) = session.Run(features, shape);
        if (scoreShape.Length != 2 || scoreShape[0] != classes.Length)
        {
            throw new ArgumentException($"The model's output has shape [{string.Join(", ", scoreShape)}]; a classifier gives one row of scores per example.", nameof(features));
        }

        int width = (int)scoreShape[1];
        for (int i = 0; i < classes.Length; i++)
        {
            classes[i] = IndexOfMax(scores.AsSpan(i * width, width));
        }
    }

    /// <summary>The share of examples whose predicted class is the label, from 0 to 1.</summary>
    /// <param name="features">The examples, one after the other, row-major.</param>
    /// <param name="featureShape">One example's shape, without the batch dimension.</param>
    /// <param name="labels">The true class of each example.</param>
    /// <param name="batch">Examples per run of the model, at least 1.</param>
    public double Accuracy(Memory<float> features, ReadOnlySpan<long> featureShape, ReadOnlySpan<long> labels, int batch = 256)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batch);
        if (labels.IsEmpty)
        {
            return double.NaN;
        }

        int width = features.Length / labels.Length;
        var predicted = new long[Math.Min(batch, labels.Length)];
        int correct = 0;
        for (int start = 0; start < labels.Length; start += batch)
        {
            Span<long> classes = predicted.AsSpan(0, Math.Min(batch, labels.Length - start));
            Predict(features.Slice(start * width, classes.Length * width), featureShape, classes);
            for (int i = 0; i < classes.Length; i++)
            {
                correct += classes[i] == labels[start + i] ? 1 : 0;
            }
        }

        return (double)correct / labels.Length;
    }

    /// <inheritdoc/>
    public void Dispose() => session.Dispose();

    private static int IndexOfMax(ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int i = 1; i < scores.Length; i++)
        {
            if (scores[i] > scores[best])
            {
                best = i;
            }
        }

        return best;
    }
}
