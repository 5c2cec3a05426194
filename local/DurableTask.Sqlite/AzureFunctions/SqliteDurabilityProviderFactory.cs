using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;
using Microsoft.Azure.WebJobs.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

[assembly: WebJobsStartup(typeof(DurableTask.Sqlite.AzureFunctions.SqliteDurabilityStartup), "DurableTask.Sqlite")]

namespace DurableTask.Sqlite.AzureFunctions;

/// <summary>
/// Gives the Durable Functions extension its storage when host.json says <c>"storageProvider": {"type": "sqlite", …}</c>. There is one service for each file,
/// shared by the worker and by all clients: two of them on one file would not hear of each other's messages.
/// </summary>
public sealed class SqliteDurabilityProviderFactory : IDurabilityProviderFactory, IAsyncDisposable, IDisposable
{
    /// <summary>The name that host.json selects this storage by.</summary>
    public const string ProviderName = "sqlite";

    private readonly DurableTaskOptions extensionOptions;
    private readonly IConfiguration configuration;
    private readonly ILoggerFactory loggerFactory;
    private readonly Dictionary<string, (SqliteDurabilityProvider Provider, SqliteOrchestrationService Service)> providers = new(StringComparer.Ordinal);
    private bool separateEntities;

    /// <summary>Called by dependency injection, also when another storage is selected: nothing is opened or checked yet.</summary>
    public SqliteDurabilityProviderFactory(IOptions<DurableTaskOptions> extensionOptions, IConfiguration configuration, ILoggerFactory loggerFactory)
    {
        ArgumentNullException.ThrowIfNull(extensionOptions);
        this.extensionOptions = extensionOptions.Value;
        this.configuration = configuration;
        this.loggerFactory = loggerFactory;
    }

    /// <inheritdoc/>
    public string Name => ProviderName;

    /// <summary>The storage of the app's own task hub.</summary>
    /// <exception cref="InvalidOperationException">A setting in host.json is wrong; the message names it.</exception>
    public DurabilityProvider GetDurabilityProvider() => Get(extensionOptions.HubName);

    /// <summary>The storage of the task hub that a client names, or else of the app's own.</summary>
    /// <exception cref="InvalidOperationException">A setting in host.json is wrong; the message names it.</exception>
    public DurabilityProvider GetDurabilityProvider(DurableClientAttribute attribute)
    {
        ArgumentNullException.ThrowIfNull(attribute);
        return Get(string.IsNullOrEmpty(attribute.TaskHub) ? extensionOptions.HubName : attribute.TaskHub);
    }

    /// <inheritdoc/>
    public void SetUseSeparateQueueForEntityWorkItems(bool newValue)
    {
        lock (providers)
        {
            separateEntities = newValue;
            foreach (var (_, service) in providers.Values)
            {
                service.SetUseSeparateQueueForEntityWorkItems(newValue);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var (_, service) in TakeProviders())
        {
            await service.DisposeAsync();
        }
    }

    /// <summary>For hosts that dispose without waiting.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private SqliteDurabilityProvider Get(string hubName)
    {
        lock (providers)
        {
            var options = SqliteDurabilityOptions.Read(extensionOptions, hubName, configuration, loggerFactory);
            if (!providers.TryGetValue(options.Path, out var found))
            {
                options.UseSeparateQueueForEntityWorkItems = separateEntities;
                var service = new SqliteOrchestrationService(options);
                found = (new SqliteDurabilityProvider(service, options), service);
                providers.Add(options.Path, found);
            }

            return found.Provider;
        }
    }

    private List<(SqliteDurabilityProvider Provider, SqliteOrchestrationService Service)> TakeProviders()
    {
        lock (providers)
        {
            var all = providers.Values.ToList();
            providers.Clear();
            return all;
        }
    }
}

/// <summary>Registers the storage with a Functions host that loads this assembly as an extension.</summary>
public sealed class SqliteDurabilityStartup : IWebJobsStartup
{
    /// <inheritdoc/>
    public void Configure(IWebJobsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<IDurabilityProviderFactory, SqliteDurabilityProviderFactory>();
    }
}
