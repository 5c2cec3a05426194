using System.Runtime.InteropServices;
using DurableMl.Inference.Registry;

namespace DurableMl.Inference.Sessions;

/// <summary>A model with one FP32 input whose first dimension is the batch, and an output that names each example's class by a whole number or scores every class.</summary>
public sealed class Classifier : IDisposable
{
    private readonly ModelSession session;

    /// <summary>Takes over <paramref name="session"/> and disposes it.</summary>
    /// <exception cref="InvalidModelException">The model does not have this form.</exception>
    public Classifier(ModelSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (session.Inputs is not [{ Datatype: "FP32" }] || !session.Outputs.Any(output => output.Role is OutputRole.Label or OutputRole.Scores || output.Shape.Count == 0))
        {
            throw new InvalidModelException("A classifier needs exactly one FP32 input, and an output of labels or of scores, one row per example.");
        }

        this.session = session;
    }

    /// <summary>The loaded model.</summary>
    public ModelSession Session => session;

    /// <summary>Loads an ONNX model.</summary>
    /// <inheritdoc cref="ModelSession.Load(string)"/>
    public static Classifier Load(string path) => new(ModelSession.Load(path));

    /// <summary>The class of each example: its label, or the column with the highest score.</summary>
    /// <param name="features">The examples, one after the other, row-major.</param>
    /// <param name="featureShape">One example's shape, without the batch dimension.</param>
    /// <param name="classes">Receives a class per example; its length is the number of examples.</param>
    /// <exception cref="ArgumentException">The outputs are no classes.</exception>
    /// <exception cref="InvalidModelException">The features do not fit the model, or its outputs have not one row per example.</exception>
    public void Predict(Memory<float> features, ReadOnlySpan<long> featureShape, Span<long> classes)
    {
        if (classes.IsEmpty)
        {
            return;
        }

        long[] shape = [classes.Length, .. featureShape];
        RowScores scores = RowScorer.Score(session, MemoryMarshal.AsBytes(features.Span), shape, classes.Length, null, CancellationToken.None);
        long[] predicted = scores.Classes()
            ?? throw new ArgumentException("The model's outputs are neither whole numbers nor rows of scores; a classifier gives one of them per example.", nameof(features));
        predicted.CopyTo(classes);
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
}
