using System.Buffers;
using DurableMl.Inference.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Inference.Sessions;

/// <summary>Runs a model beside the server, on tensors held in memory: to check it, not to serve it.</summary>
public static class SessionRun
{
    /// <summary>Runs the model on all its inputs and returns all its outputs, in its order.</summary>
    /// <param name="session">The model.</param>
    /// <param name="inputs">A tensor for each input, by the input's name. Any type but BYTES.</param>
    /// <exception cref="InvalidModelException">The model does not take the tensors, the run fails, or not all its inputs and outputs are tensors.</exception>
    public static IReadOnlyList<TensorValue> RunAll(this ModelSession session, IReadOnlyList<TensorValue> inputs)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(inputs);
        if (!session.IsPlain)
        {
            throw new InvalidModelException("The model has inputs or outputs that are not tensors; a check can compare tensors only.");
        }

        var pinned = new List<MemoryHandle>();
        var values = new List<OrtValue>();
        try
        {
            foreach (TensorValue input in inputs)
            {
                pinned.Add(input.Data.Pin());
                values.Add(Value(input, pinned[^1]));
            }

            return Copy(session, session.Run([.. inputs.Select(input => input.Name)], values));
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidModelException($"The model cannot be run: {e.Message}", e);
        }
        catch (NotSupportedException e)
        {
            throw new InvalidModelException(e.Message, e);
        }
        finally
        {
            values.ForEach(value => value.Dispose());
            pinned.ForEach(handle => handle.Dispose());
        }
    }

    private static unsafe OrtValue Value(TensorValue input, MemoryHandle handle) => input.Type.IsBytes
        ? throw new NotSupportedException($"Input '{input.Name}' is of BYTES; a check can give numbers and booleans only.")
        : OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, ElementTypes.ToCreate(input.Type.Element), [.. input.Shape], (nint)handle.Pointer, input.Data.Length);

    private static List<TensorValue> Copy(ModelSession session, IDisposableReadOnlyCollection<OrtValue> results)
    {
        var memory = new OrtMemory(results);
        try
        {
            var outputs = new List<TensorValue>();
            for (int i = 0; i < session.OutputNames.Length; i++)
            {
                using Tensor output = Tensor.FromOrtValue(session.OutputNames[i], results[i], memory);
                outputs.Add(new(output.Name, output.Type, output.Shape, output.Data.ToArray()));
            }

            return outputs;
        }
        finally
        {
            memory.Release();
        }
    }
}
