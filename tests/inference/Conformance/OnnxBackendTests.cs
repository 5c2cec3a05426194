using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Inference.Sessions;
using DurableMl.Inference.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Inference.Tests.Conformance;

/// <summary>ONNX's own backend test data (Debian package libonnx-testdata) through the HTTP endpoint, as binary tensors.</summary>
[TestClass]
public sealed class OnnxBackendTests
{
    private const string Data = "/usr/share/libonnx-testdata/data";

    /// <summary>Where ONNX Runtime itself, asked directly, gives something else: random numbers, and results that the data's reference rounds otherwise.</summary>
    private const int MaxRuntimeDeviations = 40;

    [TestMethod]
    public async Task Every_test_that_ONNX_Runtime_itself_passes_gives_the_expected_tensors_over_HTTP()
    {
        if (!Directory.Exists(Data))
        {
            Assert.Inconclusive($"The ONNX backend test data is not at {Data}. Install it with: apt-get install libonnx-testdata");
        }

        string[] folders = [.. Directory.GetDirectories(Data).SelectMany(kind => Directory.GetDirectories(kind)).Where(f => File.Exists(Path.Combine(f, "model.onnx"))).Order(StringComparer.Ordinal)];
        var results = new ConcurrentDictionary<string, Outcome>();
        await using InferenceHost host = await InferenceHost.StartAsync();
        await host.Container.CreateIfNotExistsAsync();
        await Parallel.ForEachAsync(Enumerable.Range(0, folders.Length), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) =>
            results[$"{Path.GetFileName(Path.GetDirectoryName(folders[i]))}/{Path.GetFileName(folders[i])}"] = await RunAsync(host, folders[i], $"t{i}"));

        string report = string.Join("\n", results.GroupBy(r => r.Value.Kind).OrderBy(g => g.Key).Select(g => $"{g.Key}: {g.Count()}"));
        Console.WriteLine(report);
        foreach ((string test, Outcome outcome) in results.Where(r => r.Value.Kind is not Kind.Passed).OrderBy(r => r.Value.Kind).ThenBy(r => r.Key, StringComparer.Ordinal))
        {
            Console.WriteLine($"{outcome.Kind} {test}: {outcome.Detail}");
        }

        Assert.IsFalse(results.Values.Any(r => r.Kind == Kind.Failed), string.Join("\n", results.Where(r => r.Value.Kind == Kind.Failed).Take(10).Select(r => $"{r.Key}: {r.Value.Detail}")));
        Assert.IsLessThanOrEqualTo(MaxRuntimeDeviations, results.Values.Count(r => r.Kind == Kind.RuntimeDeviates), report);
        Assert.IsGreaterThan(800, results.Values.Count(r => r.Kind == Kind.Passed), report);
    }

    private static async Task<Outcome> RunAsync(InferenceHost host, string folder, string model)
    {
        string path = Path.Combine(folder, "model.onnx");
        string set = Path.Combine(folder, "test_data_set_0");
        OnnxTensorFile?[] inputs = [.. Numbered(set, "input").Select(OnnxTensorFile.Read)];
        OnnxTensorFile?[] expected = [.. Numbered(set, "output").Select(OnnxTensorFile.Read)];
        if (inputs.Contains(null) || expected.Contains(null))
        {
            return new(Kind.NotTensors, "");
        }

        ModelSession session;
        try
        {
            session = ModelSession.Load(path);
        }
        catch (InvalidModelException e)
        {
            return new(Kind.RuntimeRefuses, e.Message.ReplaceLineEndings(" "));
        }

        using (session)
        {
            if (session.Inputs.Concat(session.Outputs).Any(spec => !TensorType.ByName.ContainsKey(spec.Datatype)))
            {
                return new(Kind.NotTensors, "");
            }

            string[] names = [.. inputs.Select((input, i) => session.InputIndex.ContainsKey(input!.Name) ? input.Name : i < session.InputNames.Length ? session.InputNames[i] : "")];
            await PublishAsync(host, model, await File.ReadAllBytesAsync(path));
            (string? error, List<OnnxTensorFile> outputs) = await InferAsync(host, model, names, inputs!);
            string? difference = error ?? Compare(expected!, outputs, session.OutputNames);
            if (difference is null)
            {
                return new(Kind.Passed, "");
            }

            string? direct = Direct(session, names, inputs!, expected!);
            return direct is null ? new(Kind.Failed, difference) : new(Kind.RuntimeDeviates, direct);
        }
    }

    private static async Task PublishAsync(InferenceHost host, string model, byte[] onnx)
    {
        string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(onnx));
        string manifest = $$"""{"model":"{{model}}","version":"1","createdAt":"2026-01-01T00:00:00Z","files":[{"name":"model.onnx","sha256":"{{hash}}","bytes":{{onnx.Length}} }],"entry":"model.onnx","serving":{"acceptNaN":true,"maxBatch":1} }""";
        await host.Container.GetBlobClient($"{model}/1/model.onnx").UploadAsync(BinaryData.FromBytes(onnx));
        await host.Container.GetBlobClient($"{model}/1/model.json").UploadAsync(BinaryData.FromString(manifest));
    }

    private static async Task<(string? Error, List<OnnxTensorFile> Outputs)> InferAsync(InferenceHost host, string model, string[] names, OnnxTensorFile[] inputs)
    {
        string declared = string.Join(',', inputs.Select((input, i) =>
            $$"""{"name":{{JsonSerializer.Serialize(names[i])}},"datatype":"{{input.Type.Name}}","shape":{{JsonSerializer.Serialize(input.Shape)}},"parameters":{"binary_data_size":{{input.Data.Length}} } }"""));
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

    /// <summary>What ONNX Runtime gives without any server: null when that is as expected.</summary>
    private static string? Direct(ModelSession session, string[] names, OnnxTensorFile[] inputs, OnnxTensorFile[] expected)
    {
        var tensors = new List<Tensor>();
        try
        {
            foreach ((OnnxTensorFile input, int i) in inputs.Select((input, i) => (input, i)))
            {
                PooledMemory memory = PooledMemory.Rent(input.Data.Length);
                input.Data.CopyTo(memory.Span);
                tensors.Add(new(names[i], input.Type, input.Shape, memory, memory.Address, input.Data.Length));
            }

            using IDisposableReadOnlyCollection<OrtValue> values = session.Run(names, tensors.ConvertAll(tensor => tensor.ToOrtValue()));
            var owner = new OrtMemory(values);
            var outputs = new List<OnnxTensorFile>();
            for (int i = 0; i < values.Count; i++)
            {
                using Tensor output = Tensor.FromOrtValue(session.OutputNames[i], values[i], owner);
                outputs.Add(new(output.Name, output.Type, output.Shape, output.Data.ToArray()));
            }

            return Compare(expected, outputs, session.OutputNames);
        }
        catch (Exception e) when (e is OnnxRuntimeException or NotSupportedException)
        {
            return e.Message.ReplaceLineEndings(" ");
        }
        finally
        {
            tensors.ForEach(tensor => tensor.Dispose());
        }
    }

    private static string? Compare(OnnxTensorFile[] expected, List<OnnxTensorFile> actual, string[] order)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            OnnxTensorFile want = expected[i];
            OnnxTensorFile? got = actual.Find(output => output.Name == want.Name) ?? actual.Find(output => output.Name == order[i]);
            if (got is null || got.Type != want.Type || !got.Shape.SequenceEqual(want.Shape))
            {
                return $"output {i} is {got?.Type.Name} [{string.Join(',', got?.Shape ?? [])}] instead of {want.Type.Name} [{string.Join(',', want.Shape)}]";
            }

            if (want.Data.AsSpan().SequenceEqual(got.Data))
            {
                continue;
            }

            if (want.Type.IsBytes)
            {
                return $"output {i} holds other strings";
            }

            for (int e = 0; e < TensorShape.Elements(want.Shape); e++)
            {
                (double w, double g) = (Number(want, e), Number(got, e));
                // The tolerances of ONNX's own backend test runner, and 1e-5 for elements near zero.
                if (!(w.Equals(g) || Math.Abs(w - g) <= 1e-5 + (1e-3 * Math.Abs(w))))
                {
                    return string.Create(CultureInfo.InvariantCulture, $"output {i} element {e} is {g} instead of {w}");
                }
            }
        }

        return null;
    }

    private static double Number(OnnxTensorFile tensor, int i) => tensor.Type.Name switch
    {
        "FP32" => BitConverter.ToSingle(tensor.Data, i * 4),
        "FP64" => BitConverter.ToDouble(tensor.Data, i * 8),
        "FP16" => (double)BitConverter.ToHalf(tensor.Data, i * 2),
        "BF16" => BrainFloat.ToSingle(BitConverter.ToUInt16(tensor.Data, i * 2)),
        "INT64" => BitConverter.ToInt64(tensor.Data, i * 8),
        "INT32" => BitConverter.ToInt32(tensor.Data, i * 4),
        "UINT64" => BitConverter.ToUInt64(tensor.Data, i * 8),
        "UINT32" => BitConverter.ToUInt32(tensor.Data, i * 4),
        "INT16" => BitConverter.ToInt16(tensor.Data, i * 2),
        "UINT16" => BitConverter.ToUInt16(tensor.Data, i * 2),
        "INT8" => (sbyte)tensor.Data[i],
        _ => tensor.Data[i],
    };

    private static IEnumerable<string> Numbered(string folder, string kind)
    {
        for (int i = 0; File.Exists(Path.Combine(folder, $"{kind}_{i}.pb")); i++)
        {
            yield return Path.Combine(folder, $"{kind}_{i}.pb");
        }
    }

    private enum Kind
    {
        Passed,
        Failed,
        RuntimeDeviates,
        RuntimeRefuses,
        NotTensors,
    }

    private sealed record Outcome(Kind Kind, string Detail);
}
