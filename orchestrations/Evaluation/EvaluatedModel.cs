using System.Runtime.InteropServices;
using DurableMl.Features.Transforms;
using DurableMl.Inference.Columns;
using DurableMl.Onnx;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Registry;

namespace DurableMl.Orchestrations.Evaluation;

/// <summary>A model as it is tested: a classifier, or one that predicts a dataset's numbers.</summary>
internal sealed class EvaluatedModel : IDisposable
{
    private const int Batch = 256;

    private readonly long[] rowShape;
    private readonly DatasetManifest manifest;
    private readonly IReadOnlyList<int>? classes;
    private readonly string called;

    private EvaluatedModel(ModelSession session, bool hasClasses, DatasetManifest manifest, IReadOnlyList<int> rowShape, IReadOnlyList<int>? classes, string called)
    {
        Session = session;
        HasClasses = hasClasses;
        this.manifest = manifest;
        this.rowShape = [.. rowShape.Select(size => (long)size)];
        this.classes = classes;
        this.called = called;
        Figures = new ModelFigures(manifest);
    }

    public ModelSession Session { get; }

    /// <summary>Whether an example has one class; else it has numbers.</summary>
    public bool HasClasses { get; }

    /// <summary>How it did on all rows, and on each slice.</summary>
    public ModelFigures Figures { get; }

    /// <summary>Loads a model.</summary>
    /// <param name="path">The ONNX file.</param>
    /// <param name="manifest">The dataset that it is tested on.</param>
    /// <param name="called">What it is called in messages.</param>
    /// <param name="rowShape">The shape of its examples, where that is not the dataset's.</param>
    /// <param name="classes">What its classes are called in the dataset, -1 for one that the dataset does not have; null: the same.</param>
    /// <exception cref="PermanentFailureException">There is no usable model.</exception>
    public static EvaluatedModel Load(string path, DatasetManifest manifest, string called, IReadOnlyList<int>? rowShape = null, IReadOnlyList<int>? classes = null)
    {
        ModelSession session;
        try
        {
            session = ModelSession.Load(path);
        }
        catch (InvalidModelException e)
        {
            throw Unusable(called, e);
        }

        bool hasClasses = manifest.Task is null or LearningTask.Classification;
        if (!hasClasses || (session.Inputs is [{ Datatype: "FP32" }] && session.Outputs.Any(output => output.Role is OutputRole.Label or OutputRole.Scores || output.Shape.Count == 0)))
        {
            return new EvaluatedModel(session, hasClasses, manifest, rowShape ?? manifest.FeatureShape, classes, called);
        }

        session.Dispose();
        throw Unusable(called, new InvalidModelException("A classifier needs exactly one FP32 input, and an output of labels or of scores, one row per example."));
    }

    /// <summary>Examples as the model's input.</summary>
    public TensorValue Rows(Memory<byte> features)
    {
        long width = rowShape.Aggregate(1L, (product, size) => product * size);
        return new(Session.Inputs[0].Name, TensorType.ByName["FP32"], [features.Length / sizeof(float) / width, .. rowShape], features);
    }

    /// <summary>Lets it answer examples and compares.</summary>
    /// <param name="features">The examples.</param>
    /// <param name="labels">Their labels.</param>
    /// <param name="examples">How many there are.</param>
    /// <param name="slices">The values of each column that is sliced by; empty for none.</param>
    /// <exception cref="PermanentFailureException">Its answers are not what the dataset asks for.</exception>
    public void Test(Memory<byte> features, Memory<byte> labels, int examples, IReadOnlyList<SliceValues> slices)
    {
        int width = features.Length / examples;
        int labelWidth = labels.Length / examples;
        for (int start = 0; start < examples; start += Batch)
        {
            int count = Math.Min(Batch, examples - start);
            Memory<byte> rows = features.Slice(start * width, count * width);
            ModelAnswers answers = HasClasses ? Classify(rows, count) : Predict(rows, count);
            Figures.Add(labels.Slice(start * labelWidth, count * labelWidth).Span, answers, count, slices, start);
        }
    }

    public void Dispose() => Session.Dispose();

    private static PermanentFailureException Unusable(string called, InvalidModelException e) => new($"{called}'s model.onnx cannot be used: {e.Message}", e);

    private ModelAnswers Classify(Memory<byte> rows, int count)
    {
        RowScores scores;
        try
        {
            scores = RowScorer.Score(Session, Rows(rows), count);
        }
        catch (InvalidModelException e)
        {
            throw Unusable(called, e);
        }

        long[] predicted = scores.Classes() ?? throw Unusable(
            called, new InvalidModelException("Its outputs are neither whole numbers nor rows of scores; a classifier gives one of them per example."));
        return classes is null
            ? new ModelAnswers(predicted, scores.Numbers)
            : new ModelAnswers(Array.ConvertAll(predicted, answer => answer >= 0 && answer < classes.Count ? classes[(int)answer] : -1L), []);
    }

    private ModelAnswers Predict(Memory<byte> rows, int count)
    {
        int wanted = classes?.Count ?? ModelFigures.NumbersOf(manifest);
        IReadOnlyList<TensorValue> outputs;
        try
        {
            outputs = Session.RunAll([Rows(rows)]);
        }
        catch (InvalidModelException e)
        {
            throw Unusable(called, e);
        }

        TensorValue? output = outputs.FirstOrDefault(
            output => output.Type == TensorType.ByName["FP32"] && output.Data.Length == count * wanted * sizeof(float));
        return output is not null
            ? new ModelAnswers([], manifest.Task == LearningTask.MultiLabel ? Probabilities(output, wanted) : MemoryMarshal.Cast<byte, float>(output.Data.Span).ToArray())
            : throw new PermanentFailureException($"{called}'s model.onnx has no FP32 output with {wanted} numbers for each example, one for each {(manifest.Task == LearningTask.MultiLabel ? "label" : "target")}.");
    }

    private float[] Probabilities(TensorValue output, int wanted)
    {
        float[] numbers = MemoryMarshal.Cast<byte, float>(output.Data.Span).ToArray();
        LabelScores.ToProbabilities(numbers, output.Name);
        if (classes is null)
        {
            return numbers;
        }

        int labels = manifest.Classes;
        var own = new float[numbers.Length / wanted * labels];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (classes[i % wanted] is >= 0 and var label)
            {
                own[(i / wanted * labels) + label] = numbers[i];
            }
        }

        return own;
    }
}
