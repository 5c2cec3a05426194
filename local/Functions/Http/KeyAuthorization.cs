using DurableMl.Local.Functions.Invocation;
using Microsoft.AspNetCore.Http;

namespace DurableMl.Local.Functions.Http;

/// <summary>
/// Whether a caller may start a function. As with <c>func start</c> everybody on this machine may, unless the setting
/// <c>Functions__RequireKeys</c> is true.
/// </summary>
internal sealed class KeyAuthorization(HostSettings settings, FunctionKeys keys)
{
    /// <summary>The key in the <c>x-functions-key</c> header or the <c>code</c> parameter; empty when there is none.</summary>
    public static string Presented(HttpRequest request) =>
        request.Headers["x-functions-key"] is { Count: > 0 } header ? header[0] ?? ""
        : request.Query["code"] is { Count: > 0 } code ? code[0] ?? ""
        : "";

    public bool Allows(HttpRequest request, DiscoveredFunction function, AuthorizationLevel level)
    {
        if (!settings.RequireKeys || level == AuthorizationLevel.Anonymous)
        {
            return true;
        }

        string presented = Presented(request);
        return level switch
        {
            AuthorizationLevel.User or AuthorizationLevel.Function => FunctionKeys.Matches(
                presented,
                keys.Function(function.Name),
                keys.Host,
                keys.Master
            ),
            _ => FunctionKeys.Matches(presented, keys.Master),
        };
    }

    public bool AllowsAdministration(HttpRequest request) => !settings.RequireKeys || FunctionKeys.Matches(Presented(request), keys.Master);
}
