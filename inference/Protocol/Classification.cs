using System.Globalization;

namespace DurableMl.Inference.Protocol;

/// <summary>
/// Triton's classification extension: an output asked for with the parameter <c>classification</c> is answered by its best classes instead
/// of its scores. Done to the final answer, so that routes, shadows and feedback see scores. Labels are the keys of an output that is a map.
/// </summary>
internal static class Classification
{
    /// <summary>Replaces the outputs that the request wants classes of.</summary>
    /// <exception cref="InferenceException">400: an output is nothing that can be ranked.</exception>
    public static void Apply(InferRequest request, InferResponse response)
    {
        foreach ((int i, RequestedOutput requested) in (request.Outputs ?? []).Index())
        {
            if (requested.Classes > 0)
            {
                Replace(response.Outputs, requested, i);
            }
        }
    }

    private static void Replace(TensorList outputs, RequestedOutput requested, int index)
    {
        Tensor? whole = outputs.Named(requested.Name);
        Tensor? keys = whole is null ? outputs.Named(OutputForm.Keys(requested.Name)) : null;
        using Tensor? scores = whole ?? outputs.Named(OutputForm.Values(requested.Name));
        if (scores is not { Shape.Length: > 0, Type: { IsBytes: false, Name: not "BOOL" } })
        {
            string found = scores is null ? "not one tensor" : $"{scores.Type.Name} {TensorShape.Text(scores.Shape)}";
            throw InferenceException.Field(
                string.Create(CultureInfo.InvariantCulture, $"outputs[{index}].parameters.classification"),
                $"output '{requested.Name}' is {found}, not rows of numbers that can be ranked.");
        }

        outputs[outputs.IndexOf(scores)] = Best(scores, requested, keys?.Texts());
        if (keys is not null)
        {
            keys.Dispose();
            outputs.Remove(keys);
        }
    }

    // Equal scores go by index; NaN comes last; a score's text is the shortest that reads back as the same number.
    private static Tensor Best(Tensor scores, RequestedOutput wanted, string[]? labels)
    {
        double[] values = scores.ToDoubles();
        int classes = (int)scores.Shape[^1];
        int taken = Math.Min(wanted.Classes, classes);
        var texts = new List<string>();
        for (int start = 0; start < values.Length; start += classes)
        {
            int first = start;
            foreach (int index in Enumerable.Range(0, classes).OrderByDescending(i => values[first + i]).Take(taken))
            {
                string text = string.Create(CultureInfo.InvariantCulture, $"{scores.Type.Numbers!.Text(scores.Data, start + index)}:{index}");
                texts.Add(labels is null ? text : $"{text}:{labels[index]}");
            }
        }

        return Tensor.OfStrings(wanted.Name, [.. scores.Shape.AsSpan(0, scores.Shape.Length - 1), taken], texts);
    }
}
