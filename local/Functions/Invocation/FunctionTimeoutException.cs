namespace DurableMl.Local.Functions.Invocation;

/// <summary>A function ran longer than host.json's <c>functionTimeout</c>.</summary>
internal sealed class FunctionTimeoutException(string message) : TimeoutException(message);
