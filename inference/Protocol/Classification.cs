using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using DurableMl.Inference.Tensors;
using DurableMl.Inference.Values;

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
        for (int i = 0; i < (request.Outputs?.Count ?? 0); i++)
        {
            if (request.Outputs![i] is { Classes: > 0 } requested)
            {
                Replace(response.Outputs, requested, i);
            }
        }
    }

    private static void Replace(List<Tensor> outputs, RequestedOutput requested, int index)
    {
        int place = outputs.FindIndex(output => output.Name == requested.Name);
        int keys = -1;
        if (place < 0)
        {
            place = outputs.FindIndex(output => output.Name == PartName.Values(requested.Name));
            keys = outputs.FindIndex(output => output.Name == PartName.Keys(requested.Name));
        }

        if (place < 0 || outputs[place].Shape.Length == 0 || !Ranking.IsRankable(outputs[place].Type))
        {
            string found = place < 0 ? "not one tensor" : $"{outputs[place].Type.Name} {TensorShape.Text(outputs[place].Shape)}";
            throw FieldPath.Output(index, "parameters.classification").Wrong($"output '{requested.Name}' is {found}, not rows of numbers that can be ranked.");
        }

        using Tensor scores = outputs[place];
        outputs[place] = Ranking.Best(scores, requested.Classes, requested.Name, keys < 0 ? null : Labels(outputs[keys]));
        if (keys >= 0)
        {
            outputs[keys].Dispose();
            outputs.RemoveAt(keys);
        }
    }

    private static string[] Labels(Tensor keys)
    {
        var labels = new string[keys.Shape[0]];
        ReadOnlySpan<byte> rest = keys.Data;
        for (int i = 0; i < labels.Length; i++)
        {
            int length = keys.Type.IsBytes ? BinaryPrimitives.ReadInt32LittleEndian(rest) : 0;
            labels[i] = keys.Type.IsBytes
                ? Encoding.UTF8.GetString(rest.Slice(sizeof(int), length))
                : BinaryPrimitives.ReadInt64LittleEndian(rest).ToString(CultureInfo.InvariantCulture);
            rest = rest[(keys.Type.IsBytes ? sizeof(int) + length : sizeof(long))..];
        }

        return labels;
    }
}
