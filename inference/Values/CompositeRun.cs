using DurableMl.Inference.Sessions;
using DurableMl.Inference.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Inference.Values;

/// <summary>Runs a model with inputs or outputs that are no tensors.</summary>
internal static class CompositeRun
{
    /// <returns>The outputs' tensors; the caller disposes them.</returns>
    /// <exception cref="NotSupportedException">An output has no form in the protocol.</exception>
    public static List<Tensor> Run(ModelSession session, Tensor[] inputs, IReadOnlyList<string> outputNames, RunOptions? options)
    {
        var names = new List<string>();
        var values = new List<OrtValue>();
        var outputs = new List<Tensor>();
        OrtMemory? memory = null;
        try
        {
            InputParts.Add(session.InputForms, inputs, names, values);
            OrtValue?[] results = session.RunComposite(names, values, outputNames, options);
            memory = new OrtMemory(new Results(results));
            for (int i = 0; i < results.Length; i++)
            {
                OutputParts.Add(outputs, session.OutputForms[session.OutputIndex[outputNames[i]]], results[i], memory);
            }

            return outputs;
        }
        catch
        {
            outputs.ForEach(output => output.Dispose());
            throw;
        }
        finally
        {
            memory?.Release();
            values.ForEach(value => value.Dispose());
        }
    }

    private sealed class Results(OrtValue?[] values) : IDisposable
    {
        public void Dispose() => Array.ForEach(values, value => value?.Dispose());
    }
}
