using System.Globalization;

namespace DurableMl.Cli.Hosting;

/// <summary>Azurite's development account on this host's ports.</summary>
internal static class StorageAccount
{
    /// <summary>The account's published name.</summary>
    public const string Name = "devstoreaccount1";

    /// <summary>The account's published key: the same in every Azurite, so no secret.</summary>
    public const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <summary>The blob endpoint, which all blobs' URLs begin with.</summary>
    public static string BlobEndpoint(HostPorts ports) => Endpoint(ports.Blob);

    /// <summary>What the storage SDKs and the Functions host take as a connection.</summary>
    public static string ConnectionString(HostPorts ports) =>
        $"DefaultEndpointsProtocol=http;AccountName={Name};AccountKey={Key};BlobEndpoint={Endpoint(ports.Blob)};QueueEndpoint={Endpoint(ports.Queue)};TableEndpoint={Endpoint(ports.Table)};";

    private static string Endpoint(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/{Name}");
}
