using DurableMl.Features.Images;

namespace DurableMl.Inference.Columns;

/// <summary>
/// What stands between raw data and a version's network: the transform that it was trained behind. A request that holds what the raw data
/// held goes through it and gets labels or numbers in their own units for an answer; a request for the network's own input does not.
/// </summary>
internal abstract class ModelTransform
{
    /// <summary>The request parameter, and the query parameter, that insists on the network itself.</summary>
    public const string RawParameter = "raw";

    protected const string LabelOutput = "label";
    protected const string ScoresOutput = "scores";

    /// <summary>What the version takes and gives, in the raw data's words.</summary>
    public abstract ModelSignature Signature { get; }

    /// <summary>The outputs of a request that goes through the transform.</summary>
    protected abstract IEnumerable<string> OutputNames { get; }

    /// <summary>Numbers that a row becomes.</summary>
    public abstract int InputWidth { get; }

    /// <summary>Numbers that the network gives for a row.</summary>
    protected abstract int OutputWidth { get; }

    /// <summary>The transform of a version; null for one without.</summary>
    /// <exception cref="InvalidModelException">Transform and network do not fit.</exception>
    public static ModelTransform? Load(ModelManifest manifest, string folder, ModelSession session)
    {
        if (manifest.Transform is not { } name)
        {
            return null;
        }

        try
        {
            byte[] file = File.ReadAllBytes(Path.Combine(folder, ModelNames.File(name)));
            return ImageTransform.Parse(file) is { } images ? ModelImages.Load(manifest, images, session) : ModelColumns.Load(manifest, file, session);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidModelException($"Model '{manifest.Model}' version {manifest.Version} cannot be used: {e.Message}", e);
        }
    }

    /// <summary>What a request that goes through the transform is called in messages, such as <c>by columns</c>.</summary>
    protected abstract string Kind { get; }

    /// <summary>The request as the network takes it; null where it is for the network as it is.</summary>
    /// <exception cref="InferenceException">400: something is missing or not what it should be.</exception>
    public InferRequest? ToNetwork(InferRequest request, CancellationToken cancellationToken)
    {
        if (request.Raw is not null || request.Parameters?.GetValueOrDefault(RawParameter) == "true" || !IsRawData(request))
        {
            return null;
        }

        request.Transform = this;
        CheckOutputs(request);
        return new InferRequest { Id = request.Id, Inputs = { ForNetwork(ToNumbers(request, cancellationToken)) } };
    }

    /// <summary>Lets the network answer rows beside the server: what a request for the same rows is answered.</summary>
    /// <param name="session">The network.</param>
    /// <param name="numbers">The rows' numbers, as the transform made them.</param>
    /// <param name="asked">What a request would say besides.</param>
    /// <exception cref="InvalidModelException">The network fails, or does not give what the transform needs.</exception>
    public TensorList Answer(ModelSession session, ReadOnlySpan<float> numbers, InferRequest asked)
    {
        TensorList outputs = [];
        try
        {
            using Tensor input = ForNetwork(numbers);
            outputs = session.Run([input]);
            ToAnswer(asked, outputs);
            return outputs;
        }
        catch (Exception e) when (e is ModelRunException or InferenceException)
        {
            outputs.Dispose();
            throw new InvalidModelException($"The model cannot be run: {e.Message}", e);
        }
    }

    /// <summary>Whether a request's inputs are what the raw data held, not the network's own.</summary>
    protected abstract bool IsRawData(InferRequest request);

    /// <summary>The numbers of a request's rows.</summary>
    /// <exception cref="InferenceException">400: something is missing or not what it should be.</exception>
    protected abstract float[] ToNumbers(InferRequest request, CancellationToken cancellationToken);

    /// <summary>Rows' numbers as the network takes them.</summary>
    protected abstract Tensor ForNetwork(ReadOnlySpan<float> numbers);

    /// <summary>Puts labels and scores, or a number for each target, in place of the network's outputs.</summary>
    public void ToAnswer(InferRequest request, TensorList outputs)
    {
        int width = OutputWidth;
        Tensor? found = outputs.Find(output => output.Type.Name == "FP32" && output.Shape is [_, var columns] && columns == width);
        if (found is null)
        {
            throw new InferenceException(
                503, $"The model gives no FP32 output of {width} numbers a row; ask the network itself with {RawParameter}=true.");
        }

        (float[] numbers, string output) = (found.Floats.ToArray(), found.Name);
        outputs.Dispose();
        foreach (Tensor answer in Answers(request, numbers, output))
        {
            if (request.Outputs is { Count: > 0 } wanted && !wanted.Exists(output => output.Name == answer.Name))
            {
                answer.Dispose();
            }
            else
            {
                outputs.Add(answer);
            }
        }
    }

    /// <summary>The outputs that the network's numbers become.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="numbers">The network's numbers, row by row.</param>
    /// <param name="output">What it calls them.</param>
    protected abstract TensorList Answers(InferRequest request, float[] numbers, string output);

    /// <summary>The best label of each row, and the scores of all.</summary>
    protected static TensorList Labelled(float[] scores, IReadOnlyList<string> labels, string output)
    {
        int width = labels.Count;
        int rows = scores.Length / width;
        // The jobs here export logits by that name; a row of them may look like probabilities by chance.
        bool isLogits = output == LabelScores.Logits || !Enumerable.Range(0, rows).All(row => Scores.AreProbabilities(scores.AsSpan(row * width, width)));
        var answers = new string[rows];
        for (int row = 0; row < rows; row++)
        {
            Span<float> of = scores.AsSpan(row * width, width);
            answers[row] = labels[Scores.IndexOfMax(of)];
            if (isLogits)
            {
                Scores.Softmax(of);
            }
        }

        return
        [
            Tensor.OfStrings(LabelOutput, [rows], answers),
            Tensor.OfFloats(ScoresOutput, [rows, width], scores),
        ];
    }

    // Refuses outputs that the transform does not give.
    private void CheckOutputs(InferRequest request)
    {
        foreach ((int i, RequestedOutput output) in (request.Outputs ?? []).Index())
        {
            if (!OutputNames.Contains(output.Name, StringComparer.Ordinal))
            {
                throw InferenceException.Field(
                    $"outputs[{i}].name", $"a request {Kind} has no output '{output.Name}'; it has {string.Join(", ", OutputNames)}.");
            }
        }
    }
}
