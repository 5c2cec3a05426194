using Azure.Identity;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace DurableMl.Functions.Hosting;

/// <summary>Connects to the data account, in the same way as triggers with <c>Connection = "DataStorage"</c> do.</summary>
public static class StorageServices
{
    /// <summary>The setting, or the beginning of the settings, that name the account.</summary>
    public const string Connection = "DataStorage";

    /// <summary>
    /// Adds a <see cref="BlobServiceClient"/>: from the connection string <c>DataStorage</c>, or from <c>DataStorage__blobServiceUri</c> with
    /// the app's managed identity.
    /// </summary>
    public static IServiceCollection AddDurableMlStorage(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddSingleton(provider => Connect(provider.GetRequiredService<IConfiguration>()));
    }

    private static BlobServiceClient Connect(IConfiguration configuration)
    {
        if (configuration[Connection] is { Length: > 0 } connectionString)
        {
            return new BlobServiceClient(connectionString);
        }

        return Uri.TryCreate(configuration[$"{Connection}:blobServiceUri"], UriKind.Absolute, out Uri? account)
            ? new BlobServiceClient(account, new DefaultAzureCredential())
            : throw new InvalidOperationException(
                $"The setting {Connection} is missing: give a connection string, or {Connection}__blobServiceUri to use the app's managed identity.");
    }
}
