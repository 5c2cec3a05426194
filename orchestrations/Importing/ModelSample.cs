using DurableMl.Inference.Protocol;
using DurableMl.Onnx;
using DurableMl.Orchestrations.Failures;
using DurableMl.Registry;

namespace DurableMl.Orchestrations.Importing;

/// <summary>The inputs that a model is tried with, and the request made of them that warms it up wherever it is loaded.</summary>
internal static class ModelSample
{
    private const long MaxRequestElements = 1 << 18;
    private const int Rows = 2;
    private const int MaxMadeElements = 1 << 24;

    // What open dimensions other than the batch are tried with, in turn: networks over pixels need more of them than those over words.
    private static readonly int[] OpenSizes = [8, 1, 32, 224];

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

    /// <summary>Inputs of the shapes and types that the model declares, with the same values each time: numbers from 0 to 1, and texts of one digit, which are numbers to a model that wants them.</summary>
    /// <param name="session">The model.</param>
    /// <param name="problem">Why there are none: what the model said of the last ones that were made for it.</param>
    /// <returns>The inputs; null where the model takes none that could be made.</returns>
    public static IReadOnlyList<TensorValue>? Make(ModelSession session, out string? problem)
    {
        problem = null;
        foreach (int size in OpenSizes)
        {
            try
            {
                long[][] shapes = Shapes(session, size);
                if (Array.Exists(shapes, shape => Elements(shape) > MaxMadeElements))
                {
                    problem ??= $"it takes more than {MaxMadeElements} numbers";
                    continue;
                }

                IReadOnlyList<TensorValue> inputs = [.. session.Inputs.Zip(shapes, (spec, shape) => Make(spec, shape))];
                session.RunAll(inputs);
                problem = null;
                return inputs;
            }
            catch (InvalidModelException e)
            {
                problem = e.Message.Split('\n')[0].TrimEnd('.', '\r');
            }
        }

        return null;
    }

    private static long[][] Shapes(ModelSession session, int openSize)
    {
        long[][] shapes = [.. session.Inputs.Select(spec => spec.Shape.Select((size, i) => size >= 0 ? size : i == 0 ? Rows : openSize).ToArray())];
        foreach ((int input, int dimension, int otherInput, int otherDimension) in session.EqualDimensions)
        {
            shapes[input][dimension] = shapes[otherInput][otherDimension];
        }

        return shapes;
    }

    private static double Elements(long[] shape) => shape.Aggregate(1.0, (product, size) => product * size);

    private static TensorValue Make(TensorSpec spec, long[] shape)
    {
        TensorType type = TensorType.ByName[spec.Datatype];
        double elements = Elements(shape);
        using var data = new MemoryStream();
        using var writer = new BinaryWriter(data);
        var random = new Random(1);
        for (int i = 0; i < elements; i++)
        {
            Write(writer, type, random.NextSingle());
        }

        return new TensorValue(spec.Name, type, shape, data.ToArray());
    }

    private static void Write(BinaryWriter writer, TensorType type, float value)
    {
        switch (type.Name)
        {
            case "FP32":
                writer.Write(value);
                break;
            case "FP64":
                writer.Write((double)value);
                break;
            case "FP16":
                writer.Write((Half)value);
                break;
            case "BF16":
                writer.Write((ushort)(BitConverter.SingleToUInt32Bits(value) >> 16));
                break;
            case "BYTES":
                writer.Write(1);
                writer.Write((byte)('0' + (int)(value * 10)));
                break;
            default:
                // Whole numbers of any width: 0 or 1, which classes, indices and truth values can all be.
                writer.Write((byte)(value < 0.5f ? 0 : 1));
                writer.Write(new byte[type.Size - 1]);
                break;
        }
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
