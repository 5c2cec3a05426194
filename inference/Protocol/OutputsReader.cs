using System.Text.Json;

namespace DurableMl.Inference.Protocol;

/// <summary>Reads a request's <c>outputs</c>: which are wanted, and in which form.</summary>
internal static class OutputsReader
{
    /// <param name="json">Before the array; left on its last token.</param>
    /// <param name="limits">How large a request may be.</param>
    public static List<RequestedOutput> Read(ref RequestJson json, ProtocolLimits limits)
    {
        json.Expect(JsonTokenType.StartArray, new("outputs"), "an array");
        var outputs = new List<RequestedOutput>();
        while (json.Reader.Read() && json.Reader.TokenType != JsonTokenType.EndArray)
        {
            if (outputs.Count >= limits.MaxNames)
            {
                throw InferenceException.Field("outputs", $"has more than {limits.MaxNames} elements.");
            }

            outputs.Add(Output(ref json, outputs.Count));
        }

        return outputs;
    }

    private static RequestedOutput Output(ref RequestJson json, int index)
    {
        if (json.Reader.TokenType != JsonTokenType.StartObject)
        {
            throw FieldPath.Output(index).Wrong("is not an object.");
        }

        string? name = null;
        (bool? binary, int classes) = (null, 0);
        while (json.NextProperty(out string property))
        {
            switch (property)
            {
                case "name":
                    name = json.Text(FieldPath.Output(index, "name"));
                    break;
                case "parameters":
                    (binary, classes) = Parameters(ref json, index);
                    break;
                default:
                    json.Reader.Skip();
                    break;
            }
        }

        return new(name ?? throw FieldPath.Output(index, "name").Wrong("is missing."), binary, classes);
    }

    private static (bool? Binary, int Classes) Parameters(ref RequestJson json, int index)
    {
        (bool? binary, int classes) = (null, 0);
        json.Expect(JsonTokenType.StartObject, FieldPath.Output(index, "parameters"), "an object");
        while (json.NextProperty(out string property))
        {
            switch (property)
            {
                case "binary_data":
                    binary = json.Boolean(FieldPath.Output(index, "parameters.binary_data"));
                    break;
                case "classification":
                    classes = (int)Math.Min(int.MaxValue, json.Whole(FieldPath.Output(index, "parameters.classification"), 1, "a number of classes of at least 1"));
                    break;
                default:
                    json.Reader.Skip();
                    break;
            }
        }

        return (binary, classes);
    }
}
