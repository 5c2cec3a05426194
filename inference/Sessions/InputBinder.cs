namespace DurableMl.Inference.Sessions;

/// <summary>Checks a request's inputs against a model and puts them into the model's order.</summary>
internal static class InputBinder
{
    /// <returns>A tensor for each of the model's inputs; the caller disposes them.</returns>
    /// <exception cref="InferenceException">400, naming the input at fault.</exception>
    public static TensorList Bind(InferRequest request, ModelSession session, bool acceptNaN)
    {
        using InferRequest? named = request.Raw is null ? null : Named(request, session);
        TensorList given = (named ?? request).Inputs;
        var ordered = new Tensor?[session.Inputs.Count];
        for (int i = 0; i < given.Count; i++)
        {
            Tensor input = given[i];
            if (!session.InputIndex.TryGetValue(input.Name, out int index))
            {
                throw InferenceException.Input(i, "name", $"the model has no input '{Shown(input.Name)}'; it has {string.Join(", ", session.InputNames)}.");
            }

            if (ordered[index] is not null)
            {
                throw InferenceException.Input(i, "name", $"input '{input.Name}' is given twice.");
            }

            Check(input, session.Inputs[index], i);
            CheckNaN(input, i, acceptNaN);
            ordered[index] = input;
        }

        if (Array.IndexOf(ordered, null) is >= 0 and int missing)
        {
            throw InferenceException.Field("inputs", $"input '{session.InputNames[missing]}' is missing.");
        }

        CheckSymbols(ordered!, session);
        var bound = new TensorList { Capacity = ordered.Length };
        Array.ForEach(ordered, input => bound.Add(input!.Share()));
        return bound;
    }

    /// <summary>The outputs that a request wants, in its order; null for all.</summary>
    /// <exception cref="InferenceException">400: the model has not got one, or it is asked for twice.</exception>
    public static IReadOnlyList<string>? OutputNames(InferRequest request, ModelSession session)
    {
        if (request.Outputs is not { Count: > 0 } outputs)
        {
            return null;
        }

        var names = new List<string>(outputs.Count);
        foreach ((int i, RequestedOutput output) in outputs.Index())
        {
            if (!session.OutputIndex.ContainsKey(output.Name) || names.Contains(output.Name))
            {
                throw InferenceException.Field($"outputs[{i}].name", names.Contains(output.Name)
                    ? $"'{output.Name}' is asked for twice."
                    : $"the model has no output '{output.Name}'; it has {string.Join(", ", session.OutputNames)}.");
            }

            names.Add(output.Name);
        }

        return names;
    }

    private static void Check(Tensor input, TensorSpec spec, int index)
    {
        if (input.Type.Name != spec.Datatype)
        {
            throw InferenceException.Input(index, "datatype", $"input '{input.Name}' takes {spec.Datatype}, not {input.Type.Name}.");
        }

        if (!spec.Accepts(input.Shape))
        {
            throw InferenceException.Input(index, "shape", $"{TensorShape.Text(input.Shape)} does not fit input '{input.Name}', whose shape is {TensorShape.Text(spec.Shape)}.");
        }
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

    /// <summary>A raw binary request as a model of one input takes it: its body under the input's name and in its shape. The caller disposes it.</summary>
    /// <exception cref="InferenceException">400: the model has several inputs or one of strings, or the body does not fill its shape.</exception>
    public static InferRequest Named(InferRequest request, ModelSession session)
    {
        if (session.Inputs is not [var spec] || !TensorType.ByName.TryGetValue(spec.Datatype, out TensorType? type) || type.IsBytes)
        {
            throw InferenceException.Field(RequestBody.HeaderLength, "0 (raw binary data) is only for models with one input of numbers.");
        }

        // The rows follow from the length, or else the only other size that is open.
        long[] shape = [.. spec.Shape];
        int open = Array.FindIndex(shape, size => size < 0);
        if (open >= 0)
        {
            shape[open] = 1;
            long known = (long)TensorShape.Elements(shape) * type.Size;
            shape[open] = known > 0 ? request.RawLength / known : known < 0 ? throw InferenceException.Field(
                RequestBody.HeaderLength, $"0 (raw binary data) leaves the shape {TensorShape.Text(spec.Shape)} open; send JSON.") : 0;
        }

        if ((long)TensorShape.Elements(shape) * type.Size != request.RawLength)
        {
            throw new InferenceException(400, $"The body's {request.RawLength} bytes do not fill the shape {TensorShape.Text(spec.Shape)} of {spec.Datatype}.");
        }

        PooledMemory memory = request.Raw!;
        BinaryPart.Check(memory.Span[..request.RawLength], type, shape, 0, "data");
        memory.AddReference();
        return new InferRequest { Id = request.Id, Outputs = request.Outputs, Inputs = { new Tensor(spec.Name, type, shape, memory, memory.Address, request.RawLength) } };
    }

    private static string Shown(string name) => name.Length > 80 ? name[..80] + "…" : name;
}
