using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace DurableMl.Local.Functions.Http;

/// <summary>Where the host listens, known once it does.</summary>
internal sealed class HostAddress(IServer server)
{
    public string Value =>
        server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()?.TrimEnd('/')
        ?? throw new InvalidOperationException("The host does not listen yet.");
}
