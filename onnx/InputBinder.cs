namespace DurableMl.Onnx;

/// <summary>Checks inputs against a model and puts them into the model's order.</summary>
internal static class InputBinder
{
    /// <summary>Other references to the inputs, in the model's order.</summary>
    /// <param name="given">The inputs, in whatever order; errors name them by their place in it.</param>
    /// <param name="session">The model.</param>
    /// <param name="whyNoNaN">What to say of an input with NaN; null where the model is to take it.</param>
    /// <returns>A tensor for each of the model's inputs; the caller disposes them.</returns>
    /// <exception cref="ModelRunException">The inputs are not what the model takes.</exception>
    public static TensorList Bind(TensorList given, ModelSession session, string? whyNoNaN = null)
    {
        var ordered = new Tensor?[session.Inputs.Count];
        for (int i = 0; i < given.Count; i++)
        {
            Tensor input = given[i];
            if (!session.InputIndex.TryGetValue(input.Name, out int index))
            {
                throw ModelRunException.Input(i, "name", $"the model has no input '{Shown(input.Name)}'; it has {string.Join(", ", session.InputNames)}.");
            }

            if (ordered[index] is not null)
            {
                throw ModelRunException.Input(i, "name", $"input '{input.Name}' is given twice.");
            }

            Check(input, session.Inputs[index], i);
            if (whyNoNaN is not null && input.Type.IndexOfNaN(input.Data) is >= 0 and int at)
            {
                throw ModelRunException.Input(i, $"data[{at}]", whyNoNaN);
            }

            ordered[index] = input;
        }

        if (Array.IndexOf(ordered, null) is >= 0 and int missing)
        {
            throw ModelRunException.Inputs($"input '{session.InputNames[missing]}' is missing.");
        }

        CheckSymbols(ordered!, session);
        var bound = new TensorList { Capacity = ordered.Length };
        Array.ForEach(ordered, input => bound.Add(input!.Share()));
        return bound;
    }

    private static void Check(Tensor input, TensorSpec spec, int index)
    {
        if (input.Type.Name != spec.Datatype)
        {
            throw ModelRunException.Input(index, "datatype", $"input '{input.Name}' takes {spec.Datatype}, not {input.Type.Name}.");
        }

        if (!spec.Accepts(input.Shape))
        {
            throw ModelRunException.Input(index, "shape", $"{TensorShape.Text(input.Shape)} does not fit input '{input.Name}', whose shape is {TensorShape.Text(spec.Shape)}.");
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
                throw ModelRunException.Inputs($"dimension {dimension} of '{second.Name}' is {two}, but must be the {one} that dimension {otherDimension} of '{first.Name}' is.");
            }
        }
    }

    private static string Shown(string name) => name.Length > 80 ? name[..80] + "…" : name;
}
