using DurableMl.Inference.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Inference.Values;

/// <summary>Puts the tensors that carry inputs together to what the graph takes.</summary>
internal static class InputParts
{
    /// <summary>The values to run with; absent optional ones are left out. The caller disposes them, and the tensors after them.</summary>
    /// <param name="forms">The graph's inputs.</param>
    /// <param name="tensors">Checked and in the graph's order: a sequence's elements by index, keys before values.</param>
    /// <param name="names">Receives a name for each value.</param>
    /// <param name="values">Receives the values.</param>
    public static void Add(IReadOnlyList<ValueForm> forms, IReadOnlyList<Tensor> tensors, List<string> names, List<OrtValue> values)
    {
        int next = 0;
        foreach (ValueForm form in forms)
        {
            int first = next;
            while (next < tensors.Count && (form.HasParts ? PartName.IsOf(tensors[next].Name, form.Name) : next == first && tensors[next].Name == form.Name))
            {
                next++;
            }

            if (next > first)
            {
                values.Add(Value(form, [.. tensors.Skip(first).Take(next - first)]));
                names.Add(form.Name);
            }
        }
    }

    private static OrtValue Value(ValueForm form, Tensor[] parts) => form.Kind switch
    {
        ValueKind.Sequence when parts is [var only] && only.Name == form.Name => EmptySequence.Create(only.Type),
        ValueKind.Sequence => Sequence(parts.Length, i => parts[i].ToOrtValue()),
        ValueKind.Map => Map(parts[0], parts[1]),
        ValueKind.SequenceOfMaps => Sequence((int)parts[1].Shape[0], i =>
        {
            using Tensor row = parts[1].Rows(i, 1);
            using Tensor values = row.Share(shape: row.Shape[1..]);
            return Map(parts[0], values);
        }),
        _ => parts[0].ToOrtValue(),
    };

    private static OrtValue Sequence(int count, Func<int, OrtValue> element)
    {
        var elements = new List<OrtValue>(count);
        try
        {
            for (int i = 0; i < count; i++)
            {
                elements.Add(element(i));
            }

            // The sequence takes them over and empties the list.
            return OrtValue.CreateSequence(elements);
        }
        finally
        {
            elements.ForEach(value => value.Dispose());
        }
    }

    // ONNX Runtime copies keys and values into the map.
    private static OrtValue Map(Tensor keys, Tensor values)
    {
        OrtValue? key = null;
        OrtValue? value = null;
        try
        {
            key = keys.ToOrtValue();
            value = values.ToOrtValue();
            return OrtValue.CreateMap(ref key, ref value);
        }
        finally
        {
            key?.Dispose();
            value?.Dispose();
        }
    }
}
