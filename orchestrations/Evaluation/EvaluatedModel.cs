using System.Runtime.InteropServices;
using DurableMl.Features.Transforms;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Sessions;
using DurableMl.Inference.Tensors;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Preprocessing;

namespace DurableMl.Orchestrations.Evaluation;

/// <summary>A trial's model as it is tested: a classifier, or one that predicts a dataset's numbers.</summary>
internal sealed class EvaluatedModel : IDisposable
{
    private const int Batch = 256;

    private readonly long[] rowShape;
    private readonly int targets;
    private readonly ClassTally classes;
    private readonly ValueTally values;

    private EvaluatedModel(ModelSession session, DatasetManifest manifest)
    {
        Session = session;
        IsRegression = manifest.Task == LearningTask.Regression;
        rowShape = [.. manifest.FeatureShape.Select(size => (long)size)];
        targets = manifest.Targets?.Count ?? 1;
        classes = new ClassTally(manifest.Classes);
        values = new ValueTally(targets);
    }

    public ModelSession Session { get; }

    public bool IsRegression { get; }

    public long Examples => IsRegression ? values.Examples : classes.Examples;

    public IReadOnlyDictionary<string, double> Metrics => IsRegression ? values.Metrics() : classes.Metrics();

    public IReadOnlyList<double?> ClassAccuracy => IsRegression ? [] : classes.ClassAccuracy;

    /// <exception cref="PermanentFailureException">There is no usable model.</exception>
    public static EvaluatedModel Load(string path, DatasetManifest manifest)
    {
        ModelSession session;
        try
        {
            session = ModelSession.Load(path);
        }
        catch (InvalidModelException e)
        {
            throw Unusable(e);
        }

        if (manifest.Task == LearningTask.Regression || (session.Inputs is [{ Datatype: "FP32" }]
            && session.Outputs.Any(output => output.Role is OutputRole.Label or OutputRole.Scores || output.Shape.Count == 0)))
        {
            return new EvaluatedModel(session, manifest);
        }

        session.Dispose();
        throw Unusable(new InvalidModelException("A classifier needs exactly one FP32 input, and an output of labels or of scores, one row per example."));
    }

    /// <summary>Examples as the model's input.</summary>
    public TensorValue Rows(Memory<byte> features)
    {
        long width = rowShape.Aggregate(1L, (product, size) => product * size);
        return new(Session.Inputs[0].Name, TensorType.ByName["FP32"], [features.Length / sizeof(float) / width, .. rowShape], features);
    }

    /// <summary>Lets it answer examples and compares.</summary>
    /// <exception cref="PermanentFailureException">Its answers are not one number for each target.</exception>
    public void Test(Memory<byte> features, Memory<byte> labels, int examples)
    {
        int width = features.Length / examples;
        for (int start = 0; start < examples; start += Batch)
        {
            int count = Math.Min(Batch, examples - start);
            Memory<byte> rows = features.Slice(start * width, count * width);
            if (IsRegression)
            {
                ReadOnlySpan<float> expected = MemoryMarshal.Cast<byte, float>(labels.Span).Slice(start * targets, count * targets);
                values.Add(expected, Predict(rows, expected.Length));
            }
            else
            {
                RowScores scores = Score(rows, count);
                long[] predicted = scores.Classes()
                    ?? throw Unusable(new InvalidModelException("Its outputs are neither whole numbers nor rows of scores; a classifier gives one of them per example."));
                classes.Add(MemoryMarshal.Cast<byte, long>(labels.Span).Slice(start, count), predicted, scores.Numbers);
            }
        }
    }

    public void Dispose() => Session.Dispose();

    private static PermanentFailureException Unusable(InvalidModelException e) => new($"The best trial's model.onnx cannot be used: {e.Message}", e);

    private RowScores Score(Memory<byte> rows, int count)
    {
        try
        {
            return RowScorer.Score(Session, Rows(rows), count);
        }
        catch (InvalidModelException e)
        {
            throw Unusable(e);
        }
    }

    private ReadOnlySpan<float> Predict(Memory<byte> rows, int wanted)
    {
        IReadOnlyList<TensorValue> outputs;
        try
        {
            outputs = Session.RunAll([Rows(rows)]);
        }
        catch (InvalidModelException e)
        {
            throw Unusable(e);
        }

        TensorValue? output = outputs.FirstOrDefault(
            output => output.Type == TensorType.ByName["FP32"] && output.Data.Length == wanted * sizeof(float));
        return output is not null
            ? MemoryMarshal.Cast<byte, float>(output.Data.Span)
            : throw new PermanentFailureException(
                $"The best trial's model.onnx has no FP32 output with {targets} numbers for each example, one for each target.");
    }
}
