namespace Microsoft.DurableTask.Engine;

/// <summary>A replay departed from the history.</summary>
sealed class NonDeterminismException(string message) : InvalidOperationException(message);
