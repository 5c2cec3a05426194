using System.Text;
using DurableMl.Inference.Tensors;
using DurableMl.Inference.Values;

namespace Inference.Tests.Conformance;

/// <summary>An input or output of ONNX's test data: a TensorProto, SequenceProto or OptionalProto, as the tensors that carry it in the protocol.</summary>
internal sealed record OnnxValueFile(string Name, List<OnnxTensorFile> Tensors)
{
    /// <summary>Reads a file that holds what the model's <paramref name="form"/> says; null when it does not.</summary>
    public static OnnxValueFile? Read(string path, ValueForm? form)
    {
        byte[] file = File.ReadAllBytes(path);
        (string name, List<OnnxTensorFile?> tensors) = form switch
        {
            { IsOptional: true } => Optional(file, form),
            { Kind: ValueKind.Sequence } => Sequence(file),
            _ => Tensor(file, form),
        };
        return tensors.Contains(null) ? null : new(name, tensors!);
    }

    /// <summary>The same under another name.</summary>
    public OnnxValueFile Named(string name) => new(name, Tensors.ConvertAll(tensor => tensor with { Name = name + tensor.Name[Name.Length..] }));

    private static (string Name, List<OnnxTensorFile?> Tensors) Tensor(ReadOnlySpan<byte> message, ValueForm? form)
    {
        OnnxTensorFile? tensor = OnnxTensorFile.Parse(message);
        if (tensor is { Type.Name: "UINT16" } && form?.Element?.Name == "BF16")
        {
            // NumPy, which wrote the files, has no bfloat16; the bits are the same.
            tensor = tensor with { Type = form.Element };
        }

        return (tensor?.Name ?? "", [tensor]);
    }

    private static (string Name, List<OnnxTensorFile?> Tensors) Sequence(ReadOnlySpan<byte> message)
    {
        string name = "";
        int type = 0;
        var tensors = new List<OnnxTensorFile?>();
        while (Next(ref message, out int field, out ulong number, out ReadOnlySpan<byte> content))
        {
            switch (field)
            {
                case 1:
                    name = Encoding.UTF8.GetString(content);
                    break;
                case 2:
                    type = (int)number;
                    break;
                case 3:
                    tensors.Add(OnnxTensorFile.Parse(content));
                    break;
            }
        }

        if (type > 1)
        {
            // Sequences of something else than tensors.
            return (name, [null]);
        }

        return (name, [.. tensors.Select((tensor, i) => tensor is null ? null : tensor with { Name = PartName.Element(name, i) })]);
    }

    private static (string Name, List<OnnxTensorFile?> Tensors) Optional(ReadOnlySpan<byte> message, ValueForm form)
    {
        string name = "";
        List<OnnxTensorFile?> tensors = [];
        string inner = "";
        while (Next(ref message, out int field, out _, out ReadOnlySpan<byte> content))
        {
            switch (field)
            {
                case 1:
                    name = Encoding.UTF8.GetString(content);
                    break;
                case 3:
                    (inner, tensors) = Tensor(content, form);
                    break;
                case 5:
                    (inner, tensors) = Sequence(content);
                    break;
            }
        }

        return (name, tensors.ConvertAll(tensor => tensor is null ? null : tensor with { Name = name + tensor.Name[inner.Length..] }));
    }

    private static bool Next(ref ReadOnlySpan<byte> rest, out int field, out ulong number, out ReadOnlySpan<byte> content)
    {
        (field, number) = (0, 0);
        content = default;
        if (rest.IsEmpty)
        {
            return false;
        }

        ulong tag = OnnxTensorFile.Varint(ref rest);
        field = (int)(tag >> 3);
        number = OnnxTensorFile.Varint(ref rest);
        if ((tag & 7) == 2)
        {
            content = rest[..(int)number];
            rest = rest[(int)number..];
        }

        return true;
    }
}
