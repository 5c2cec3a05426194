using DurableMl.Local.Functions.Http;
using Microsoft.DurableTask.Client;

namespace DurableMl.Local.Functions.Durable;

/// <summary>The clients that functions are given: the engine's own, which also knows where the management API is.</summary>
internal sealed class DurableClients(IDurableTaskClientProvider clients, HostAddress address, HostSettings settings, FunctionKeys keys)
{
    private FunctionsDurableTaskClient? client;

    /// <summary>The task hub's name, which names nothing more than itself here: there is one hub.</summary>
    public string HubName => settings.Host["extensions:durableTask:hubName"] is { Length: > 0 } name ? name : "TestHubName";

    public FunctionsDurableTaskClient Default =>
        client ??= new FunctionsDurableTaskClient(
            clients.GetClient(),
            () => $"{address.Value}{DurableManagementApi.Root}",
            settings.RequireKeys ? $"code={Uri.EscapeDataString(keys.System(DurableManagementApi.KeyName))}" : null
        );

    public FunctionsDurableTaskClient Get(DurableClientAttribute attribute)
    {
        string? hub = attribute.TaskHub is { } name ? SettingText.Resolve(name, settings.Configuration) : null;
        return string.IsNullOrEmpty(hub) || string.Equals(hub, HubName, StringComparison.OrdinalIgnoreCase)
            ? Default
            : throw new NotSupportedException(
                $"DurableClientAttribute.TaskHub: the local Functions host has the one hub '{HubName}', not '{hub}'."
            );
    }
}
