namespace Microsoft.DurableTask.Client;

/// <summary>Finds clients by name.</summary>
sealed class DefaultDurableTaskClientProvider(IEnumerable<ClientContainer> clients) : IDurableTaskClientProvider
{
    readonly List<DurableTaskClient> clients = clients.Select(container => container.Client).ToList();

    public DurableTaskClient GetClient(string? name = null)
    {
        name ??= string.Empty;
        return clients.Find(client => string.Equals(client.Name, name, StringComparison.Ordinal))
            ?? throw new ArgumentOutOfRangeException(
                nameof(name), name, $"The client options must be one of: '{string.Join("', '", clients.Select(client => client.Name))}'.");
    }
}

/// <summary>A client and its life: disposed of with the application's services.</summary>
sealed class ClientContainer(DurableTaskClient client) : IAsyncDisposable, IDisposable
{
    public DurableTaskClient Client { get; } = client;

    public ValueTask DisposeAsync() => Client.DisposeAsync();

    public void Dispose() => Client.DisposeAsync().AsTask().GetAwaiter().GetResult();
}

/// <summary>Remembers the builder of a name in the service collection.</summary>
sealed record ClientBuilderRegistration(IDurableTaskClientBuilder Builder);
