using System.Globalization;

namespace DurableMl.Cli.Hosting;

/// <summary>Azurite's account. Azurite's own key is published, and other users of this machine reach its ports: so each state folder makes a key.</summary>
/// <param name="Key">The account key, base64.</param>
internal sealed record StorageAccount(string Key)
{
    /// <summary>The account's name: Azurite's published one, so that blobs have the URLs that everybody knows.</summary>
    public const string Name = "devstoreaccount1";

    /// <summary>What Azurite takes in <c>AZURITE_ACCOUNTS</c> in place of its published key.</summary>
    public string Accounts => $"{Name}:{Key}";

    /// <summary>The account with the state folder's key, which is made at the first start.</summary>
    public static StorageAccount Load(string stateFolder) => new(SecretKey.Load(Path.Combine(stateFolder, "storage-account.key")));

    /// <summary>The blob endpoint, which all blobs' URLs begin with.</summary>
    public static string BlobEndpoint(HostPorts ports) => Endpoint(ports.Blob);

    /// <summary>What the storage SDKs and the Functions host take as a connection.</summary>
    public string ConnectionString(HostPorts ports) =>
        $"DefaultEndpointsProtocol=http;AccountName={Name};AccountKey={Key};BlobEndpoint={Endpoint(ports.Blob)};QueueEndpoint={Endpoint(ports.Queue)};TableEndpoint={Endpoint(ports.Table)};";

    private static string Endpoint(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/{Name}");
}
