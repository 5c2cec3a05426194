namespace DurableMl.Inference.Routing;

/// <summary>A way of one's own to make one answer out of an ensemble's. Register it as a service; <see cref="EnsembleRoute.Combine"/> names it.</summary>
public interface IEnsembleStrategy
{
    /// <summary>The name: 1 to 32 lower-case letters, digits or '-'.</summary>
    string Name { get; }

    /// <summary>Combines one FP32 output. May be called at the same time for several requests.</summary>
    /// <param name="output">The output's name.</param>
    /// <param name="shape">Its shape, the same for all members.</param>
    /// <param name="members">Each member's elements, row-major, in the order of the route's members. Valid only during the call.</param>
    /// <param name="combined">Receives the result, as long as each member's elements.</param>
    void Combine(string output, ReadOnlySpan<long> shape, IReadOnlyList<ReadOnlyMemory<float>> members, Span<float> combined);
}
