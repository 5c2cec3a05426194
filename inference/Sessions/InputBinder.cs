using DurableMl.Inference.Protocol;
using DurableMl.Inference.Tensors;

namespace DurableMl.Inference.Sessions;

/// <summary>Checks a request's inputs against a model and puts them into the model's order.</summary>
internal static class InputBinder
{
    /// <returns>A tensor for each of the model's inputs; the caller disposes them.</returns>
    /// <exception cref="InferenceException">400, naming the input at fault.</exception>
    public static Tensor[] Bind(InferRequest request, ModelSession session, bool acceptNaN)
    {
        var bound = new Tensor[session.Inputs.Count];
        try
        {
            if (request.Raw is not null)
            {
                bound[0] = BindRaw(request, session);
                CheckNaN(bound[0], 0, acceptNaN);
                return bound;
            }

            for (int i = 0; i < request.Inputs.Count; i++)
            {
                Tensor input = request.Inputs[i];
                if (!session.InputIndex.TryGetValue(input.Name, out int index))
                {
                    throw InferenceException.Input(i, "name", $"the model has no input '{Shown(input.Name)}'; it has {string.Join(", ", session.InputNames)}.");
                }

                if (bound[index] is not null)
                {
                    throw InferenceException.Input(i, "name", $"input '{input.Name}' is given twice.");
                }

                Check(input, session.Inputs[index].Datatype, session.Inputs[index].Shape, i);
                CheckNaN(input, i, acceptNaN);
                bound[index] = input.Share();
            }

            for (int i = 0; i < bound.Length; i++)
            {
                if (bound[i] is null)
                {
                    throw InferenceException.Field("inputs", $"input '{session.InputNames[i]}' is missing.");
                }
            }

            CheckSymbols(bound, session);
            return bound;
        }
        catch
        {
            foreach (Tensor? input in bound)
            {
                input?.Dispose();
            }

            throw;
        }
    }

    private static void Check(Tensor input, string datatype, IReadOnlyList<long> shape, int index)
    {
        if (input.Type.Name != datatype)
        {
            throw InferenceException.Input(index, "datatype", $"input '{input.Name}' takes {datatype}, not {input.Type.Name}.");
        }

        // ONNX Runtime gives an empty shape both for scalars and for inputs of unknown rank.
        if (shape.Count > 0 && !Fits(input.Shape, shape))
        {
            throw InferenceException.Input(index, "shape", $"{TensorShape.Text(input.Shape)} does not fit input '{input.Name}', whose shape is {TensorShape.Text(shape)}.");
        }
    }

    private static bool Fits(long[] shape, IReadOnlyList<long> spec)
    {
        if (shape.Length != spec.Count)
        {
            return false;
        }

        for (int i = 0; i < shape.Length; i++)
        {
            if (spec[i] >= 0 && spec[i] != shape[i])
            {
                return false;
            }
        }

        return true;
    }

    private static void CheckSymbols(Tensor[] bound, ModelSession session)
    {
        foreach ((int input, int dimension, int otherInput, int otherDimension) in session.EqualDimensions)
        {
            (Tensor first, Tensor second) = (bound[otherInput], bound[input]);
            long one = first.Shape[otherDimension];
            long two = second.Shape[dimension];
            if (one != two)
            {
                throw InferenceException.Field(
                    "inputs",
                    $"dimension {dimension} of '{second.Name}' is {two}, but must be the {one} that dimension {otherDimension} of '{first.Name}' is.");
            }
        }
    }

    private static void CheckNaN(Tensor input, int index, bool accept)
    {
        if (!accept && input.Type.IndexOfNaN(input.Data) is >= 0 and int at)
        {
            throw InferenceException.Input(index, $"data[{at}]", "is NaN (in JSON: null), which this version does not take: it was not published with the serving option acceptNaN. An import sets it where the sample has NaN.");
        }
    }

    /// <summary>The body of a raw binary request as the tensor that a model of one input takes it for; the caller disposes it.</summary>
    /// <exception cref="InferenceException">400: the model has several inputs or one of strings, or the body does not fill its shape.</exception>
    public static Tensor BindRaw(InferRequest request, ModelSession session)
    {
        if (session.Inputs is not [var spec] || !TensorType.ByName.TryGetValue(spec.Datatype, out TensorType? type) || type.IsBytes)
        {
            throw InferenceException.Field(InferRequestReader.HeaderLength, "0 (raw binary data) is only for models with one input of numbers.");
        }

        long known = type.Size;
        int open = -1;
        long[] shape = [.. spec.Shape];
        for (int i = 0; i < shape.Length; i++)
        {
            if (shape[i] >= 0)
            {
                known *= shape[i];
            }
            else if (open < 0)
            {
                open = i;
            }
            else if (i > 0 && open == 0)
            {
                throw InferenceException.Field(InferRequestReader.HeaderLength, $"0 (raw binary data) leaves the shape {TensorShape.Text(spec.Shape)} open; send JSON.");
            }
        }

        if (open >= 0 && known > 0 && request.RawLength % known == 0)
        {
            shape[open] = request.RawLength / known;
            known = request.RawLength;
        }

        if (known != request.RawLength)
        {
            throw new InferenceException(400, $"The body's {request.RawLength} bytes do not fill the shape {TensorShape.Text(spec.Shape)} of {spec.Datatype}.");
        }

        PooledMemory memory = request.Raw!;
        BinaryPart.Check(memory.Span[..request.RawLength], type, shape, 0, "data");
        memory.AddReference();
        return new(spec.Name, type, shape, memory, memory.Address, request.RawLength);
    }

    private static string Shown(string name) => name.Length > 80 ? name[..80] + "…" : name;
}
