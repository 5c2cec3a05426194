using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Onnx;
using DurableMl.Registry;

namespace Inference.Tests.Conformance;

/// <summary>One folder of ONNX's backend test data: a model, inputs and the outputs expected.</summary>
internal sealed class OnnxBackendCase(string folder)
{
    public enum Kind
    {
        Passed,

        /// <summary>The server gives something else than ONNX Runtime does without it.</summary>
        Failed,

        /// <summary>ONNX Runtime itself gives something else than expected, and the server the same as ONNX Runtime.</summary>
        RuntimeDeviates,

        /// <summary>ONNX Runtime does not load the model.</summary>
        RuntimeRefuses,

        /// <summary>An input or output is of a kind or element type that is not served.</summary>
        NotServed,

        /// <summary>The data or model holds what this reader of the test data does not know.</summary>
        Unreadable,
    }

    public string Name { get; } = $"{Path.GetFileName(Path.GetDirectoryName(folder))}/{Path.GetFileName(folder)}";

    public async Task<(Kind Kind, string Detail)> RunAsync(InferenceHost host, string model)
    {
        string path = Path.Combine(folder, "model.onnx");
        ModelSession session;
        try
        {
            session = ModelSession.Load(path);
        }
        catch (InvalidModelException e)
        {
            return (e.Message.Contains("not served", StringComparison.Ordinal) ? Kind.NotServed : Kind.RuntimeRefuses, e.Message.ReplaceLineEndings(" "));
        }

        using (session)
        {
            OnnxValueFile?[] inputs = [.. Numbered("input").Select((file, i) => OnnxValueFile.Read(file, session.Inputs.ElementAtOrDefault(i) is { } input ? TensorType.ByName[input.Datatype] : null, isSequence: false))];
            OnnxValueFile?[] expected = [.. Numbered("output").Select((file, i) => OnnxValueFile.Read(file, session.OutputForms.ElementAtOrDefault(i)?.Element, session.OutputForms.ElementAtOrDefault(i)?.Kind == OutputForm.ValueKind.Sequence))];
            if (inputs.Contains(null) || expected.Contains(null))
            {
                return (Kind.Unreadable, string.Join(", ", session.Inputs.Concat(session.Outputs).Select(spec => spec.Datatype)));
            }

            List<OnnxTensorFile> tensors = Named(session, inputs!);
            await PublishAsync(host, model, await File.ReadAllBytesAsync(path));
            (string? error, List<OnnxTensorFile> outputs) = await InferAsync(host, model, tensors);
            string? difference = error ?? OnnxComparison.Difference(expected!, outputs, session.OutputNames);
            if (difference is null)
            {
                return (Kind.Passed, "");
            }

            (string? refused, List<OnnxTensorFile> direct) = Direct(session, tensors);
            if (refused is not null)
            {
                return (error is null ? Kind.Failed : Kind.RuntimeDeviates, $"{error}; without a server: {refused}");
            }

            if (OnnxComparison.Difference(expected!, direct, session.OutputNames) is not { } deviation)
            {
                return (Kind.Failed, difference);
            }

            return error is null && (IsRandom || OnnxComparison.AreEqual(direct, outputs)) ? (Kind.RuntimeDeviates, deviation) : (Kind.Failed, $"{difference}; without a server: {deviation}");
        }
    }

    // Bernoulli and Dropout in training draw other numbers each time.
    private bool IsRandom => Name.Contains("bernoulli", StringComparison.Ordinal) || Name.Contains("training_dropout", StringComparison.Ordinal);

    private static List<OnnxTensorFile> Named(ModelSession session, OnnxValueFile[] inputs)
    {
        var tensors = new List<OnnxTensorFile>();
        for (int i = 0; i < inputs.Length; i++)
        {
            string name = session.InputIndex.ContainsKey(inputs[i].Name) || i >= session.InputNames.Length ? inputs[i].Name : session.InputNames[i];
            tensors.AddRange(inputs[i].Named(name).Tensors);
        }

        return [.. tensors.OrderBy(tensor => session.InputIndex.GetValueOrDefault(tensor.Name, int.MaxValue))];
    }

    private static async Task PublishAsync(InferenceHost host, string model, byte[] onnx)
    {
        string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(onnx));
        string manifest = $$"""{"model":"{{model}}","version":"1","createdAt":"2026-01-01T00:00:00Z","files":[{"name":"model.onnx","sha256":"{{hash}}","bytes":{{onnx.Length}} }],"entry":"model.onnx","serving":{"acceptNaN":true,"maxBatch":1} }""";
        await host.Container.GetBlobClient($"{model}/1/model.onnx").UploadAsync(BinaryData.FromBytes(onnx));
        await host.Container.GetBlobClient($"{model}/1/model.json").UploadAsync(BinaryData.FromString(manifest));
    }

    private static async Task<(string? Error, List<OnnxTensorFile> Outputs)> InferAsync(InferenceHost host, string model, List<OnnxTensorFile> inputs)
    {
        string declared = string.Join(',', inputs.Select(input =>
            $$"""{"name":{{JsonSerializer.Serialize(input.Name)}},"datatype":"{{input.Type.Name}}","shape":{{JsonSerializer.Serialize(input.Shape)}},"parameters":{"binary_data_size":{{input.Data.Length}} } }"""));
        var (status, header, binary) = await host.Client.PostBinaryAsync(
            $"v2/models/{model}/versions/1/infer", $$$"""{"inputs":[{{{declared}}}],"parameters":{"binary_data_output":true}}""", [.. inputs.SelectMany(input => input.Data)]);
        if (status != 200)
        {
            return ($"{status} {header["error"]}", []);
        }

        var outputs = new List<OnnxTensorFile>();
        int offset = 0;
        foreach (JsonNode? output in header["outputs"]!.AsArray())
        {
            int size = (int)output!["parameters"]!["binary_data_size"]!;
            outputs.Add(new((string)output["name"]!, TensorType.ByName[(string)output["datatype"]!], [.. output["shape"]!.AsArray().Select(d => (long)d!)], binary[offset..(offset + size)]));
            offset += size;
        }

        return (null, outputs);
    }

    /// <summary>What ONNX Runtime gives without any server, or why it refuses the inputs.</summary>
    private static (string? Refused, List<OnnxTensorFile> Outputs) Direct(ModelSession session, List<OnnxTensorFile> inputs)
    {
        try
        {
            using TensorList tensors = [.. inputs.Select(input => Tensor.Copy(input.Name, input.Type, input.Shape, input.Data))];
            using TensorList values = session.Run(tensors);
            return (null, values.ConvertAll(output => new OnnxTensorFile(output.Name, output.Type, output.Shape, output.Data.ToArray())));
        }
        catch (ModelRunException e) when (e.Fault is RunFault.Inputs or RunFault.Model)
        {
            return (e.Message.ReplaceLineEndings(" "), []);
        }
    }

    private IEnumerable<string> Numbered(string kind)
    {
        string set = Path.Combine(folder, "test_data_set_0");
        for (int i = 0; File.Exists(Path.Combine(set, $"{kind}_{i}.pb")); i++)
        {
            yield return Path.Combine(set, $"{kind}_{i}.pb");
        }
    }
}
