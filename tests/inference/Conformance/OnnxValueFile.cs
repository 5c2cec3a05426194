using System.Text;
using DurableMl.Onnx;

namespace Inference.Tests.Conformance;

/// <summary>An input or output of ONNX's test data: a TensorProto or SequenceProto, as the tensors that carry it in the protocol.</summary>
internal sealed record OnnxValueFile(string Name, List<OnnxTensorFile> Tensors)
{
    /// <summary>Reads a file; null when it holds something else.</summary>
    /// <param name="path">The file.</param>
    /// <param name="element">The element type that the model declares.</param>
    /// <param name="isSequence">Whether it holds a sequence.</param>
    public static OnnxValueFile? Read(string path, TensorType? element, bool isSequence)
    {
        byte[] file = File.ReadAllBytes(path);
        if (isSequence)
        {
            return Sequence(file);
        }

        OnnxTensorFile? tensor = OnnxTensorFile.Parse(file);
        if (tensor is { Type.Name: "UINT16" } && element?.Name == "BF16")
        {
            // NumPy, which wrote the files, has no bfloat16; the bits are the same.
            tensor = tensor with { Type = element };
        }

        return tensor is null ? null : new(tensor.Name, [tensor]);
    }

    /// <summary>The same under another name.</summary>
    public OnnxValueFile Named(string name) => new(name, Tensors.ConvertAll(tensor => tensor with { Name = name + tensor.Name[Name.Length..] }));

    private static OnnxValueFile? Sequence(ReadOnlySpan<byte> message)
    {
        string name = "";
        var tensors = new List<OnnxTensorFile?>();
        while (!message.IsEmpty)
        {
            ulong tag = OnnxTensorFile.Varint(ref message);
            int length = (int)OnnxTensorFile.Varint(ref message);
            if ((tag & 7) != 2)
            {
                continue;
            }

            switch (tag >> 3)
            {
                case 1:
                    name = Encoding.UTF8.GetString(message[..length]);
                    break;
                case 3:
                    tensors.Add(OnnxTensorFile.Parse(message[..length]));
                    break;
            }

            message = message[length..];
        }

        return tensors.Contains(null) ? null : new(name, [.. tensors.Select((tensor, i) => tensor! with { Name = OutputForm.Item(name, i) })]);
    }
}
