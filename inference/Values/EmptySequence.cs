using System.Collections.Concurrent;
using DurableMl.Inference.Sessions;
using DurableMl.Inference.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Inference.Values;

/// <summary>Sequences without elements, which ONNX Runtime's API cannot create; ONNX's operator SequenceEmpty can.</summary>
internal static class EmptySequence
{
    private static readonly ConcurrentDictionary<TensorType, Lazy<InferenceSession>> Sessions = new();

    /// <summary>A sequence of no tensors of <paramref name="type"/>. The caller disposes it.</summary>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime has no such sequences.</exception>
    public static OrtValue Create(TensorType type)
    {
        InferenceSession session = Sessions.GetOrAdd(type, static t => new(() =>
        {
            using SessionOptions options = OnnxRuntimeEnvironment.CreateSessionOptions(singleThreaded: true);
            return new(Model((byte)t.Element), options);
        })).Value;
        using var run = new RunOptions();
        return session.Run(run, Array.Empty<string>(), Array.Empty<OrtValue>(), ["y"])[0];
    }

    // onnx.proto3, a line each: ir_version 8; a graph of one node, output y, SequenceEmpty, with the attribute dtype; the graph's name;
    // its output y, a sequence of tensors of that type; opset 15. The element types' numbers are ONNX's here, equal to ONNX Runtime's below 24.
    private static byte[] Model(byte type) =>
    [
        0x08, 8,
        0x3A, 52,
        0x0A, 32, 0x12, 1, .. "y"u8, 0x22, 13, .. "SequenceEmpty"u8, 0x2A, 12, 0x0A, 5, .. "dtype"u8, 0x18, type, 0xA0, 0x01, 2,
        0x12, 1, .. "g"u8,
        0x62, 13, 0x0A, 1, .. "y"u8, 0x12, 8, 0x22, 6, 0x0A, 4, 0x0A, 2, 0x08, type,
        0x42, 2, 0x10, 15,
    ];
}
