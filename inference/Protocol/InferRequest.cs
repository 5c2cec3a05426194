using DurableMl.Inference.Tensors;

namespace DurableMl.Inference.Protocol;

/// <summary>A parsed inference request.</summary>
internal sealed class InferRequest : IDisposable
{
    /// <summary>The caller's name for the request, given back in the response.</summary>
    public string? Id { get; set; }

    /// <summary>The inputs, in the request's order.</summary>
    public List<Tensor> Inputs { get; } = [];

    /// <summary>The body of a raw binary request (Triton: a header length of 0), whose tensor the model itself describes.</summary>
    public PooledMemory? Raw { get; set; }

    /// <summary>Bytes of <see cref="Raw"/>.</summary>
    public int RawLength { get; set; }

    /// <summary>The outputs wanted; null for all.</summary>
    public List<RequestedOutput>? Outputs { get; set; }

    /// <summary>Whether outputs that do not say otherwise are wanted in binary form.</summary>
    public bool BinaryOutputs { get; set; }

    /// <summary>The caller's deadline in microseconds, 0 for none (Triton's parameter <c>timeout</c>).</summary>
    public long TimeoutMicroseconds { get; set; }

    /// <summary>Other scalar parameters, as text; routing rules can look at them.</summary>
    public Dictionary<string, string>? Parameters { get; set; }

    /// <summary>Bytes of its tensors.</summary>
    public long Bytes => RawLength + Inputs.Sum(input => (long)input.Length);

    /// <summary>The same request over the same memory, for a run that can outlive this one; the caller disposes it.</summary>
    public InferRequest Share()
    {
        var shared = new InferRequest { Id = Id, Outputs = Outputs, Raw = Raw, RawLength = RawLength };
        Raw?.AddReference();
        foreach (Tensor input in Inputs)
        {
            shared.Inputs.Add(input.Share());
        }

        return shared;
    }

    public void Dispose()
    {
        foreach (Tensor input in Inputs)
        {
            input.Dispose();
        }

        Inputs.Clear();
        Raw?.Release();
        Raw = null;
    }
}
