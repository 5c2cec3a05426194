using System.Collections.Frozen;
using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Onnx;

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
    private int references = 1;

    private ModelSession(InferenceSession session, long bytes)
    {
        this.session = session;
        fileBytes = bytes;
        InputNames = [.. session.InputNames];
        OutputNames = [.. session.OutputNames];
        Inputs = Array.ConvertAll(InputNames, name => InputSpec(name, session.InputMetadata[name]));
        OutputForms = Array.ConvertAll(OutputNames, name => OutputForm.Of(name, session.OutputMetadata[name]));
        Outputs = Array.ConvertAll(OutputForms, form => form.Spec);
        InputIndex = Enumerable.Range(0, Inputs.Count).ToFrozenDictionary(i => Inputs[i].Name);
        OutputIndex = Enumerable.Range(0, Outputs.Count).ToFrozenDictionary(i => Outputs[i].Name);
        EqualDimensions = SharedSymbols();
        memory = new(session);
        Interlocked.Increment(ref open);
    }

    /// <summary>The inputs, in the model's order.</summary>
    public IReadOnlyList<TensorSpec> Inputs { get; }

    /// <summary>The outputs, in the model's order. A datatype in lower case is no tensor's: <c>seq(FP32)</c>, <c>map(BYTES,FP32)</c>.</summary>
    public IReadOnlyList<TensorSpec> Outputs { get; }

    /// <summary>
    /// What it takes in memory now: what its arena has from the system, which grows with the largest run, and at least the size of the model's files.
    /// </summary>
    public long Bytes => Math.Max(fileBytes, memory.Bytes);

    /// <summary>Sessions of this process that are not disposed.</summary>
    internal static int Open => Volatile.Read(ref open);

    /// <summary>Pairs of input dimensions that carry the same symbol and so must be equal.</summary>
    public IReadOnlyList<(int Input, int Dimension, int OtherInput, int OtherDimension)> EqualDimensions { get; }

    /// <summary>What the outputs are, in the model's order.</summary>
    internal OutputForm[] OutputForms { get; }

    /// <summary>Whether every output is one tensor.</summary>
    internal bool HasOnlyTensors => Array.TrueForAll(OutputForms, form => form.Kind == OutputForm.ValueKind.Tensor);

    internal string[] InputNames { get; }

    internal string[] OutputNames { get; }

    /// <summary>Whether a run uses one core only, so that several at a time make sense.</summary>
    internal bool IsSmall => fileBytes < SmallBytes;

    internal FrozenDictionary<string, int> InputIndex { get; }

    internal FrozenDictionary<string, int> OutputIndex { get; }

    /// <summary>Loads an ONNX model. External weights are looked for beside it.</summary>
    /// <param name="path">The .onnx file.</param>
    /// <param name="size">Bytes of all the model's files; null where it has one.</param>
    /// <param name="threads">Threads of one run; null for one where the model is small and the process's shared pool where it is not.</param>
    /// <exception cref="InvalidModelException">ONNX Runtime does not accept the file, or an input or output is of a kind that is not served.</exception>
    public static ModelSession Load(string path, long? size = null, int? threads = null)
    {
        long bytes = size ?? new FileInfo(path).Length;
        using SessionOptions options = OnnxRuntimeEnvironment.CreateSessionOptions(threads ?? (bytes < SmallBytes ? 1 : null));
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
        catch (Exception e) when (e is OnnxRuntimeException or ArgumentException or NotSupportedException)
        {
            session?.Dispose();
            // Where the file lies on this machine is nobody's business.
            string reason = e.Message.Contains("TensorElementType", StringComparison.Ordinal)
                ? $"an input or output has an element type that is not served. Cast it to one of {string.Join(", ", TensorType.ByName.Keys.Order())} in the model."
                : e.Message.Replace(Path.GetDirectoryName(path) + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
            throw new InvalidModelException($"'{Path.GetFileName(path)}' cannot be loaded: {reason}", e);
        }
    }

    /// <summary>Runs the model on tensors, which are read in place. The caller disposes the outputs.</summary>
    /// <param name="inputs">A tensor for each input, in the model's order.</param>
    /// <param name="outputs">Names of the outputs wanted; null for all, in the model's order.</param>
    /// <param name="options">Lets the run be terminated.</param>
    /// <exception cref="ModelRunException">ONNX Runtime calls an input invalid, an output is no tensors, or the run fails.</exception>
    internal TensorList Run(IReadOnlyList<Tensor> inputs, IReadOnlyList<string>? outputs = null, RunOptions? options = null)
    {
        IReadOnlyList<string> names = outputs ?? OutputNames;
        var values = new OrtValue[inputs.Count];
        var answer = new TensorList { Capacity = names.Count };
        OrtMemory? memory = null;
        try
        {
            for (int i = 0; i < inputs.Count; i++)
            {
                values[i] = inputs[i].ToOrtValue();
            }

            IDisposableReadOnlyCollection<OrtValue> results = session.Run(options ?? DefaultRunOptions, InputNames, values, names);
            memory = new OrtMemory(results);
            for (int i = 0; i < results.Count; i++)
            {
                OutputForms[OutputIndex[names[i]]].AddTensors(answer, results[i], memory);
            }

            return answer;
        }
        catch (Exception e)
        {
            answer.Dispose();
            if (e is OnnxRuntimeException)
            {
                // The binding gives the code only as text.
                throw e.Message.Contains("[ErrorCode:InvalidArgument]", StringComparison.Ordinal)
                    ? ModelRunException.Inputs($"the model does not take them: {e.Message}")
                    : new ModelRunException(RunFault.Model, $"The model failed: {e.Message}");
            }

            throw;
        }
        finally
        {
            memory?.Release();
            Array.ForEach(values, value => value?.Dispose());
        }
    }

    /// <summary>Runs the model on all its inputs and returns all its outputs, in its order: to check it, not to serve it.</summary>
    /// <param name="inputs">A tensor for each input, by the input's name.</param>
    /// <returns>The outputs; sequences and maps as the tensors that the protocol carries them by, such as <c>y[0]</c>, <c>y.keys</c>.</returns>
    /// <exception cref="InvalidModelException">The model does not take the tensors, or the run fails.</exception>
    public IReadOnlyList<TensorValue> RunAll(IReadOnlyList<TensorValue> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        using var given = TensorList.Of(inputs.Select(input => input.ToTensor()));
        try
        {
            using TensorList bound = InputBinder.Bind(given, this);
            using TensorList outputs = Run(bound);
            return [.. outputs.Select(output => new TensorValue(output.Name, output.Type, output.Shape, output.Data.ToArray()))];
        }
        catch (ModelRunException e)
        {
            throw new InvalidModelException($"The model cannot be run: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            Release();
        }
    }

    /// <summary>Keeps it open for a run that may outlive its owner, until <see cref="Release"/>.</summary>
    internal void AddReference() => Interlocked.Increment(ref references);

    internal void Release()
    {
        if (Interlocked.Decrement(ref references) == 0)
        {
            memory.Dispose();
            session.Dispose();
            Interlocked.Decrement(ref open);
        }
    }

    private static TensorSpec InputSpec(string name, NodeMetadata node) =>
        new(name, OutputForm.ElementOf(name, node).Name, Array.ConvertAll(node.Dimensions, dimension => (long)dimension));

    private List<(int Input, int Dimension, int OtherInput, int OtherDimension)> SharedSymbols()
    {
        var first = new Dictionary<string, (int, int)>();
        var pairs = new List<(int, int, int, int)>();
        for (int i = 0; i < InputNames.Length; i++)
        {
            NodeMetadata node = session.InputMetadata[InputNames[i]];
            for (int d = 0; d < node.Dimensions.Length; d++)
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
