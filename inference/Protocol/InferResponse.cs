using DurableMl.Inference.Tensors;

namespace DurableMl.Inference.Protocol;

/// <summary>What answers a request.</summary>
/// <param name="Model">The model asked for.</param>
/// <param name="Version">The version or versions that made the outputs.</param>
/// <param name="Route">How the traffic rules led there.</param>
/// <param name="Outputs">The outputs; disposed with the response.</param>
internal sealed record InferResponse(string Model, string Version, string Route, List<Tensor> Outputs) : IDisposable
{
    public void Dispose()
    {
        foreach (Tensor output in Outputs)
        {
            output.Dispose();
        }

        Outputs.Clear();
    }
}
