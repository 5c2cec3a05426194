namespace DurableMl.Local.Functions.Http;

/// <summary>The host's port is taken. It prints as one line, because it ends the program and there is nothing to learn from its stack.</summary>
internal sealed class PortUnavailableException(int port, Exception inner)
    : IOException(
        $"Port {port} is unavailable. Close the process using that port, or specify another port using --port or the setting Functions__Port.",
        inner
    )
{
    public override string ToString() => Message;
}
