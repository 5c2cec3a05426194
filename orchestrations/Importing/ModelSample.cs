using DurableMl.Inference.Protocol;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Sessions;
using DurableMl.Inference.Tensors;
using DurableMl.Orchestrations.Failures;

namespace DurableMl.Orchestrations.Importing;

/// <summary>The inputs that a model is tried with, and the request made of them that warms it up wherever it is loaded.</summary>
internal static class ModelSample
{
    private const long MaxRequestElements = 1 << 18;

    /// <summary>Says where an input does not fit what the model declares, before ONNX Runtime says it in its own words.</summary>
    /// <exception cref="PermanentFailureException">One does not fit.</exception>
    public static void Check(IReadOnlyList<TensorValue> inputs, IReadOnlyList<TensorSpec> specs)
    {
        foreach ((TensorValue input, TensorSpec spec) in inputs.Zip(specs))
        {
            // ONNX Runtime gives an empty shape both for scalars and for inputs of unknown rank.
            bool fits = spec.Shape.Count == 0 || (input.Shape.Count == spec.Shape.Count && input.Shape.Zip(spec.Shape).All(each => each.Second < 0 || each.First == each.Second));
            if (!fits || input.Type.Name != spec.Datatype)
            {
                throw new PermanentFailureException(
                    $"sample: '{input.Name}' is {input.Type.Name} of shape [{string.Join(", ", input.Shape)}], but the model takes {spec.Datatype} of shape [{string.Join(", ", spec.Shape)}].");
            }
        }
    }

    /// <summary>A request of one row, or of all where the model has no open batch; null where neither is small, can be written in JSON and is taken by the model.</summary>
    public static byte[]? Request(ModelSession session, IReadOnlyList<TensorValue> inputs)
    {
        foreach (IReadOnlyList<TensorValue> tried in (IReadOnlyList<TensorValue>[])[FirstRow(session, inputs), inputs])
        {
            if (tried.Sum(input => input.Elements) <= MaxRequestElements && InferRequestJson.Write(tried) is { } request && Takes(session, tried))
            {
                return request;
            }
        }

        return null;
    }

    private static IReadOnlyList<TensorValue> FirstRow(ModelSession session, IReadOnlyList<TensorValue> inputs)
    {
        bool hasBatch = inputs.Where(input => input.Shape.Count > 0).Select(input => input.Shape[0]).Distinct().Count() == 1
            && session.Inputs.All(spec => spec.Shape is [] or [< 0, ..]);
        return hasBatch ? [.. inputs.Select(FirstRow)] : inputs;
    }

    private static TensorValue FirstRow(TensorValue input) => input.Shape.Count == 0 || input.Shape[0] == 0
        ? input
        : input.Rows(0, 1);

    private static bool Takes(ModelSession session, IReadOnlyList<TensorValue> inputs)
    {
        try
        {
            session.RunAll(inputs);
            return true;
        }
        catch (InvalidModelException)
        {
            // A model may need more than one row. A sample that fails would keep the version from ever being loaded.
            return false;
        }
    }
}
