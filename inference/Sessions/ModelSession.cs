using System.Collections.Frozen;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Tensors;
using DurableMl.Inference.Values;
using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Inference.Sessions;

/// <summary>A loaded model: an ONNX Runtime session with its inputs and outputs in the Open Inference Protocol's words. Safe for concurrent runs.</summary>
public sealed class ModelSession : IDisposable
{
    // A failed run is an exception; ONNX Runtime need not print it as well.
    private static readonly RunOptions DefaultRunOptions = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };

    // Up to about here a run takes so little that several runs at a time use the cores better than several threads in one run.
    private const long SmallBytes = 2 << 20;

    private static int open;

    private readonly InferenceSession session;
    private readonly SessionMemory memory;
    private readonly long fileBytes;
    private int disposed;

    private ModelSession(InferenceSession session, long bytes)
    {
        this.session = session;
        fileBytes = bytes;
        InputNames = [.. session.InputNames];
        OutputNames = [.. session.OutputNames];
        InputForms = Array.ConvertAll(InputNames, name => ValueForm.Of(name, session.InputMetadata[name]));
        OutputForms = Array.ConvertAll(OutputNames, name => ValueForm.Of(name, session.OutputMetadata[name]));
        Inputs = Array.ConvertAll(InputForms, form => form.Spec);
        Outputs = Array.ConvertAll(OutputForms, form => form.Spec with { Role = form.Role });
        HasPlainInputs = Array.TrueForAll(InputForms, form => form.IsPlain);
        IsPlain = HasPlainInputs && Array.TrueForAll(OutputForms, form => form.IsPlain);
        CheckPartNames(InputForms);
        CheckPartNames(OutputForms);
        InputIndex = Enumerable.Range(0, Inputs.Count).ToFrozenDictionary(i => Inputs[i].Name);
        OutputIndex = Enumerable.Range(0, Outputs.Count).ToFrozenDictionary(i => Outputs[i].Name);
        HasSeparableRows = IsPlain && InputForms.Concat(OutputForms).All(HasByteRows);
        IsBatchable = HasSeparableRows && HasBatchDimension();
        EqualDimensions = SharedSymbols();
        memory = new(session);
        Interlocked.Increment(ref open);
    }

    /// <summary>
    /// The inputs, in the model's order. A datatype in lower case is no tensor's: <c>seq(FP32)</c>, <c>optional(FP32)</c>, <c>map(BYTES,FP32)</c>.
    /// </summary>
    public IReadOnlyList<TensorSpec> Inputs { get; }

    /// <summary>The outputs, in the model's order.</summary>
    public IReadOnlyList<TensorSpec> Outputs { get; }

    /// <summary>
    /// What it takes in memory now: what its arena has from the system, which grows with the largest run, and at least the size of the model's files.
    /// </summary>
    public long Bytes => Math.Max(fileBytes, memory.Bytes);

    /// <summary>Sessions of this process that are not disposed.</summary>
    internal static int Open => Volatile.Read(ref open);

    /// <summary>
    /// Whether rows of different requests may share a run: the first dimension of every input and output is the same symbol, named like
    /// a batch (batch, batch_size, N, …), and no other dimension uses that symbol.
    /// </summary>
    public bool IsBatchable { get; }

    /// <summary>Pairs of input dimensions that carry the same symbol and so must be equal.</summary>
    internal IReadOnlyList<(int Input, int Dimension, int OtherInput, int OtherDimension)> EqualDimensions { get; }

    /// <summary>What the inputs are, in the model's order.</summary>
    internal ValueForm[] InputForms { get; }

    /// <summary>What the outputs are, in the model's order.</summary>
    internal ValueForm[] OutputForms { get; }

    /// <summary>Whether every input is one tensor.</summary>
    internal bool HasPlainInputs { get; }

    /// <summary>Whether every input and output is one tensor.</summary>
    internal bool IsPlain { get; }

    /// <summary>Whether rows of different requests can be put together and divided at all: they are tensors' rows and begin at whole bytes.</summary>
    internal bool HasSeparableRows { get; }

    internal string[] InputNames { get; }

    internal string[] OutputNames { get; }

    /// <summary>Whether a run uses one core only, so that several at a time make sense.</summary>
    internal bool IsSmall => fileBytes < SmallBytes;

    internal FrozenDictionary<string, int> InputIndex { get; }

    internal FrozenDictionary<string, int> OutputIndex { get; }

    /// <summary>Loads an ONNX model. External weights are looked for beside it.</summary>
    /// <param name="path">The .onnx file.</param>
    /// <exception cref="InvalidModelException">ONNX Runtime does not accept the file.</exception>
    public static ModelSession Load(string path) => Load(path, new FileInfo(path).Length);

    /// <inheritdoc cref="Load(string)"/>
    /// <param name="path">The .onnx file.</param>
    /// <param name="bytes">Size of all the model's files.</param>
    public static ModelSession Load(string path, long bytes)
    {
        using SessionOptions options = OnnxRuntimeEnvironment.CreateSessionOptions(singleThreaded: bytes < SmallBytes);
        InferenceSession? session = null;
        try
        {
            session = new InferenceSession(path, options);
            return new(session, bytes);
        }
        catch (InvalidModelException)
        {
            session?.Dispose();
            throw;
        }
        catch (OnnxRuntimeException e)
        {
            session?.Dispose();
            throw new InvalidModelException($"'{Path.GetFileName(path)}' cannot be loaded: {e.Message}", e);
        }
    }

    /// <summary>Runs the model. The caller disposes the outputs.</summary>
    /// <param name="inputNames">Names of the inputs, each once.</param>
    /// <param name="inputs">A value for each name.</param>
    /// <param name="outputs">Names of the outputs wanted; null for all, in the model's order.</param>
    /// <param name="options">Lets the run be terminated.</param>
    /// <exception cref="OnnxRuntimeException">The values do not fit the model or the run failed.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(
        IReadOnlyCollection<string> inputNames, IReadOnlyCollection<OrtValue> inputs, IReadOnlyCollection<string>? outputs = null, RunOptions? options = null) =>
        session.Run(options ?? DefaultRunOptions, inputNames, inputs, outputs ?? OutputNames);

    /// <summary>Runs a model whose values may be no tensors. The caller disposes the outputs, of which absent ones are null.</summary>
    /// <exception cref="OnnxRuntimeException">The values do not fit the model or the run failed.</exception>
    internal OrtValue?[] RunComposite(List<string> inputNames, List<OrtValue> inputs, IReadOnlyList<string> outputs, RunOptions? options)
    {
        options ??= DefaultRunOptions;
        return Array.Exists(OutputForms, form => form.IsOptional)
            ? OptionalOutputs.Run(session, options, inputNames, inputs, outputs)
            : [.. session.Run(options, inputNames, inputs, (IReadOnlyCollection<string>)outputs)];
    }

    /// <summary>Runs a model of one FP32 input on a batch held in memory and returns its first output, FP32, row-major.</summary>
    /// <param name="input">The input's elements, row-major.</param>
    /// <param name="shape">The input's shape.</param>
    /// <returns>The output's elements and shape.</returns>
    public (float[] Values, long[] Shape) Run(Memory<float> input, long[] shape)
    {
        using OrtValue value = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, input, shape);
        using IDisposableReadOnlyCollection<OrtValue> outputs = Run([Inputs[0].Name], [value], [Outputs[0].Name]);
        return (outputs[0].GetTensorDataAsSpan<float>().ToArray(), outputs[0].GetTensorTypeAndShape().Shape);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            memory.Dispose();
            session.Dispose();
            Interlocked.Decrement(ref open);
        }
    }

    // The tensors that carry a sequence or map have names of their own, which no other input or output may have.
    private static void CheckPartNames(ValueForm[] forms)
    {
        foreach (ValueForm form in forms.Where(form => form.HasParts))
        {
            if (Array.Find(forms, other => other != form && PartName.IsOf(other.Name, form.Name)) is { } other)
            {
                throw new InvalidModelException($"'{other.Name}' has the name of a part of '{form.Name}', a {form.Datatype}. Rename one of them.");
            }
        }
    }

    private static bool HasByteRows(ValueForm form)
    {
        if (form.Element is not { IsPacked: true } type)
        {
            return true;
        }

        int row = form.Shape.Length == 0 ? -1 : TensorShape.Elements(form.Shape.AsSpan(1));
        return row >= 0 && row * (long)type.Bits % 8 == 0;
    }

    private bool HasBatchDimension()
    {
        string? symbol = null;
        foreach (NodeMetadata node in session.InputMetadata.Values.Concat(session.OutputMetadata.Values))
        {
            if (!node.IsTensor || node.Dimensions.Length == 0 || node.Dimensions[0] != -1)
            {
                return false;
            }

            string first = node.SymbolicDimensions[0];
            symbol ??= first;
            if (first != symbol || node.SymbolicDimensions.AsSpan(1).Contains(symbol))
            {
                return false;
            }
        }

        return symbol is not null
            && (symbol.Contains("batch", StringComparison.OrdinalIgnoreCase) || symbol.Equals("N", StringComparison.OrdinalIgnoreCase));
    }

    private List<(int Input, int Dimension, int OtherInput, int OtherDimension)> SharedSymbols()
    {
        var first = new Dictionary<string, (int, int)>();
        var pairs = new List<(int, int, int, int)>();
        for (int i = 0; i < InputNames.Length; i++)
        {
            NodeMetadata node = session.InputMetadata[InputNames[i]];
            for (int d = 0; node.IsTensor && d < node.Dimensions.Length; d++)
            {
                string symbol = node.SymbolicDimensions[d];
                if (symbol.Length > 0 && !first.TryAdd(symbol, (i, d)))
                {
                    pairs.Add((i, d, first[symbol].Item1, first[symbol].Item2));
                }
            }
        }

        return pairs;
    }
}
