using DurableMl.Inference.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Inference.Values;

/// <summary>Turns an output into the tensors that carry it, named as <see cref="PartName"/> says.</summary>
internal static class OutputParts
{
    /// <summary>
    /// Adds the output's tensors: none for an absent optional value; one of shape [0], under the output's own name, for an empty sequence.
    /// </summary>
    /// <param name="outputs">Receives the tensors.</param>
    /// <param name="form">What the graph says it is.</param>
    /// <param name="value">One of <paramref name="owner"/>'s values; null for an absent one.</param>
    /// <param name="owner">What the run returned.</param>
    /// <exception cref="NotSupportedException">It has no form in the protocol.</exception>
    public static void Add(List<Tensor> outputs, ValueForm form, OrtValue? value, OrtMemory owner)
    {
        if (value is null)
        {
            return;
        }

        switch (form.Kind)
        {
            case ValueKind.Tensor:
                outputs.Add(Tensor.FromOrtValue(form.Name, value, owner));
                break;
            case ValueKind.Sequence:
                AddSequence(outputs, form, value);
                break;
            case ValueKind.Map:
                outputs.Add(Member(PartName.Keys(form.Name), value, 0));
                outputs.Add(Member(PartName.Values(form.Name), value, 1));
                break;
            case ValueKind.SequenceOfMaps:
                AddMaps(outputs, form, value);
                break;
            default:
                throw new NotSupportedException($"Output '{form.Name}' is a {form.Datatype}, which the Open Inference Protocol cannot carry.");
        }
    }

    private static void AddSequence(List<Tensor> outputs, ValueForm form, OrtValue value)
    {
        int count = value.GetValueCount();
        for (int i = 0; i < count; i++)
        {
            outputs.Add(Member(PartName.Element(form.Name, i), value, i));
        }

        if (count == 0)
        {
            outputs.Add(Empty(form.Name, ElementOf(form), [0]));
        }
    }

    private static void AddMaps(List<Tensor> outputs, ValueForm form, OrtValue value)
    {
        var keys = new List<Tensor>();
        var values = new List<Tensor>();
        try
        {
            for (int i = 0; i < value.GetValueCount(); i++)
            {
                using OrtValue map = value.GetValue(i, OrtAllocator.DefaultInstance);
                keys.Add(Member(PartName.Keys(PartName.Element(form.Name, i)), map, 0));
                values.Add(Member(PartName.Values(PartName.Element(form.Name, i)), map, 1));
            }

            if (keys.Count == 0)
            {
                outputs.Add(Empty(PartName.Keys(form.Name), form.Key!, [0]));
                outputs.Add(Empty(PartName.Values(form.Name), ElementOf(form), [0, 0]));
            }
            else if (keys.TrueForAll(other => other.Data.SequenceEqual(keys[0].Data)))
            {
                outputs.Add(keys[0].Share(PartName.Keys(form.Name)));
                outputs.Add(Stack(PartName.Values(form.Name), values));
            }
            else
            {
                for (int i = 0; i < keys.Count; i++)
                {
                    outputs.Add(keys[i].Share());
                    outputs.Add(values[i].Share());
                }
            }
        }
        finally
        {
            keys.ForEach(tensor => tensor.Dispose());
            values.ForEach(tensor => tensor.Dispose());
        }
    }

    private static TensorType ElementOf(ValueForm form) =>
        form.Element ?? throw new NotSupportedException($"Output '{form.Name}' is a {form.Datatype}, which the Open Inference Protocol cannot carry.");

    // A member of a sequence or map is a value of its own, which its tensor then owns.
    private static Tensor Member(string name, OrtValue of, int index)
    {
        OrtValue member = of.GetValue(index, OrtAllocator.DefaultInstance);
        var owner = new OrtMemory(member);
        try
        {
            return Tensor.FromOrtValue(name, member, owner);
        }
        finally
        {
            owner.Release();
        }
    }

    private static Tensor Empty(string name, TensorType type, long[] shape)
    {
        PooledMemory memory = PooledMemory.Rent(0);
        return new(name, type, shape, memory, memory.Address, 0);
    }

    private static Tensor Stack(string name, List<Tensor> rows)
    {
        PooledMemory memory = PooledMemory.Rent(checked(rows.Sum(row => row.Length)));
        Span<byte> rest = memory.Span;
        foreach (Tensor row in rows)
        {
            row.Data.CopyTo(rest);
            rest = rest[row.Length..];
        }

        return new(name, rows[0].Type, [rows.Count, .. rows[0].Shape], memory, memory.Address, memory.Length);
    }
}
