using System.Buffers.Binary;
using DurableMl.Inference.Protocol;
using DurableMl.Inference.Sessions;
using DurableMl.Inference.Tensors;
using DurableMl.Inference.Values;

namespace DurableMl.Inference.Serving;

/// <summary>Checks a request's inputs against a model some of whose inputs are sequences, maps or optional, and puts them into the model's order.</summary>
internal sealed class PartBinder
{
    private readonly InferRequest request;
    private readonly bool acceptNaN;
    private readonly Dictionary<string, int> left = [];
    private readonly List<Tensor> bound = [];

    private PartBinder(InferRequest request, bool acceptNaN)
    {
        this.request = request;
        this.acceptNaN = acceptNaN;
        for (int i = 0; i < request.Inputs.Count; i++)
        {
            if (!left.TryAdd(request.Inputs[i].Name, i))
            {
                throw InferenceException.Input(i, "name", $"input '{request.Inputs[i].Name}' is given twice.");
            }
        }
    }

    /// <returns>The tensors in the order that <see cref="InputParts"/> takes; the caller disposes them.</returns>
    /// <exception cref="InferenceException">400, naming the input at fault.</exception>
    public static Tensor[] Bind(InferRequest request, ModelSession session, bool acceptNaN)
    {
        if (request.Raw is not null)
        {
            throw InferenceException.Field(InferRequestBody.HeaderLength, "0 (raw binary data) is only for models with one input of numbers of whole bytes.");
        }

        var binder = new PartBinder(request, acceptNaN);
        try
        {
            foreach (ValueForm form in session.InputForms)
            {
                binder.Take(form);
            }

            foreach (int unknown in binder.left.Values)
            {
                throw InferenceException.Input(
                    unknown,
                    "name",
                    $"the model has no input '{InputBinder.Shown(request.Inputs[unknown].Name)}'; it has {string.Join(", ", session.InputForms.Select(form => $"{form.Name} {form.Datatype}"))}.");
            }

            InputBinder.CheckSymbols(Array.ConvertAll(session.InputNames, name => binder.bound.Find(tensor => tensor.Name == name)), session);
            return [.. binder.bound];
        }
        catch
        {
            binder.bound.ForEach(tensor => tensor.Dispose());
            throw;
        }
    }

    private void Take(ValueForm form)
    {
        if (form.Element is not { } element)
        {
            throw new InferenceException(501, $"inputs: '{form.Name}' is a {form.Datatype}, which the Open Inference Protocol cannot carry.");
        }

        bool given = form.Kind switch
        {
            ValueKind.Sequence => TakeSequence(form, element),
            ValueKind.Map => TakeMaps(form, element, [-1]),
            ValueKind.SequenceOfMaps => TakeMaps(form, element, [-1, -1]),
            _ => TryTake(form.Name, element, form.Shape) is not null,
        };
        if (!given && !form.IsOptional)
        {
            throw InferenceException.Field("inputs", $"input '{form.Name}', {form.Datatype}, is missing{Hint(form)}.");
        }
    }

    private bool TakeSequence(ValueForm form, TensorType element)
    {
        if (TryTake(form.Name, element, [0]) is not null)
        {
            // Tensors besides would be left over, and refused.
            return true;
        }

        int count = 0;
        while (TryTake(PartName.Element(form.Name, count), element, form.Shape) is not null)
        {
            count++;
        }

        return count > 0;
    }

    private bool TakeMaps(ValueForm form, TensorType element, long[] shape)
    {
        if (TryTake(PartName.Keys(form.Name), form.Key!, [-1]) is not { } keys)
        {
            return false;
        }

        if (TryTake(PartName.Values(form.Name), element, shape) is not { } values)
        {
            throw InferenceException.Field("inputs", $"'{PartName.Values(form.Name)}' is missing.");
        }

        if (values.Shape[^1] != keys.Shape[0])
        {
            throw InferenceException.Field("inputs", $"'{values.Name}' has {values.Shape[^1]} values for the {keys.Shape[0]} keys of '{keys.Name}'.");
        }

        if (RepeatedKey(keys) is >= 0 and int repeated)
        {
            throw InferenceException.Field("inputs", $"'{keys.Name}' has the same key at {repeated} as before.");
        }

        if (values.Shape.Length == 2 && values.Shape[0] == 0)
        {
            throw InferenceException.Field("inputs", $"'{values.Name}' has no row; ONNX Runtime takes no empty sequence of maps.");
        }

        return true;
    }

    // ONNX Runtime would drop it without a word.
    private static int RepeatedKey(Tensor keys)
    {
        var seen = new HashSet<string>();
        ReadOnlySpan<byte> rest = keys.Data;
        for (int i = 0; !rest.IsEmpty; i++)
        {
            int length = keys.Type.IsBytes ? sizeof(int) + BinaryPrimitives.ReadInt32LittleEndian(rest) : keys.Type.Size;
            if (!seen.Add(Convert.ToBase64String(rest[..length])))
            {
                return i;
            }

            rest = rest[length..];
        }

        return -1;
    }

    private Tensor? TryTake(string name, TensorType type, IReadOnlyList<long> shape)
    {
        if (!left.Remove(name, out int index))
        {
            return null;
        }

        Tensor input = request.Inputs[index];
        InputBinder.Check(input, type.Name, shape, index);
        InputBinder.CheckNaN(input, index, acceptNaN);
        bound.Add(input.Share());
        return input;
    }

    private static string Hint(ValueForm form) => form.Kind switch
    {
        ValueKind.Sequence => $"; send its tensors as {PartName.Element(form.Name, 0)}, {PartName.Element(form.Name, 1)}, …, or none as '{form.Name}' of shape [0]",
        ValueKind.Map or ValueKind.SequenceOfMaps => $"; send {PartName.Keys(form.Name)} and {PartName.Values(form.Name)}",
        _ => "",
    };
}
