using DurableMl.Inference.Batching;
using DurableMl.Inference.Protocol;
using DurableMl.Inference.Serving;
using DurableMl.Inference.Sessions;
using DurableMl.Inference.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Inference.Scoring;

/// <summary>Runs a model beside the server, on tensors held in memory: to check it, not to serve it.</summary>
public static class SessionRun
{
    /// <summary>Runs the model on all its inputs and returns all its outputs, in its order.</summary>
    /// <param name="session">The model.</param>
    /// <param name="inputs">
    /// A tensor for each input, by the input's name; for sequences and maps those that the protocol carries them by, such as <c>x[0]</c>, <c>x.keys</c>.
    /// </param>
    /// <returns>The outputs, sequences and maps by the same names.</returns>
    /// <exception cref="InvalidModelException">The model does not take the tensors, or the run fails.</exception>
    public static IReadOnlyList<TensorValue> RunAll(this ModelSession session, IReadOnlyList<TensorValue> inputs)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(inputs);
        using var request = new InferRequest();
        request.Inputs.AddRange(inputs.Select(input => input.ToTensor()));
        Tensor[] bound = [];
        List<Tensor> outputs = [];
        try
        {
            bound = InputBinder.Bind(request, session, acceptNaN: true);
            outputs = BatchRun.One(session, bound, null, null);
            return [.. outputs.Select(output => new TensorValue(output.Name, output.Type, output.Shape, output.Data.ToArray()))];
        }
        catch (Exception e) when (e is OnnxRuntimeException or InferenceException or NotSupportedException)
        {
            throw new InvalidModelException($"The model cannot be run: {e.Message}", e);
        }
        finally
        {
            Array.ForEach(bound, input => input.Dispose());
            outputs.ForEach(output => output.Dispose());
        }
    }
}
