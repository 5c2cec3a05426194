using System.Globalization;

namespace DurableMl.Onnx;

/// <summary>A model gives no answer to its inputs.</summary>
/// <param name="fault">What is at fault.</param>
/// <param name="message">Why; it begins with the input and its field where one is at fault, as in <c>inputs[0].shape: …</c>.</param>
public sealed class ModelRunException(RunFault fault, string message) : Exception(message)
{
    /// <summary>What is at fault.</summary>
    public RunFault Fault => fault;

    /// <summary>The inputs as a whole are at fault.</summary>
    internal static ModelRunException Inputs(string reason) => new(RunFault.Inputs, "inputs: " + reason);

    /// <summary>A field of one of the inputs is at fault.</summary>
    internal static ModelRunException Input(int index, string field, string reason) =>
        new(RunFault.Inputs, string.Create(CultureInfo.InvariantCulture, $"inputs[{index}].{field}: {reason}"));
}

/// <summary>What is at fault where a model gives no answer.</summary>
public enum RunFault
{
    /// <summary>The inputs, which the model does not take.</summary>
    Inputs,

    /// <summary>The outputs, which no tensors can carry.</summary>
    Outputs,

    /// <summary>The model itself: the run failed.</summary>
    Model,
}
