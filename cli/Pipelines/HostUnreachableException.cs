namespace DurableMl.Cli.Pipelines;

/// <summary>Nobody answers at the host's address; a host that is being restarted comes back.</summary>
/// <param name="message">Which address.</param>
/// <param name="innerException">The cause.</param>
internal sealed class HostUnreachableException(string message, Exception? innerException = null) : Exception(message, innerException);
