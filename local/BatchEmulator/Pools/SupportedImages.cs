using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Pools;

/// <summary>The images a pool may name. The emulator's nodes are this machine whichever is chosen.</summary>
internal static class SupportedImages
{
    private static readonly (string Publisher, string Offer, string Sku, string Agent)[] Images =
    [
        ("microsoft-dsvm", "ubuntu-hpc", "2404", "batch.node.ubuntu 24.04"),
        ("microsoft-dsvm", "ubuntu-hpc", "2204", "batch.node.ubuntu 22.04"),
        ("canonical", "ubuntu-24_04-lts", "server", "batch.node.ubuntu 24.04"),
        ("canonical", "0001-com-ubuntu-server-jammy", "22_04-lts", "batch.node.ubuntu 22.04"),
    ];

    /// <summary>GET /supportedimages.</summary>
    public static Task ListAsync(BatchRequest request) => request.RespondAsync(200, new ListQuery(request, "BatchSupportedImage").Page(Images.OrderBy(i => i.Offer + i.Sku, StringComparer.Ordinal), i => i.Offer + i.Sku, i => new JsonObject
    {
        ["nodeAgentSKUId"] = i.Agent,
        ["imageReference"] = new JsonObject { ["publisher"] = i.Publisher, ["offer"] = i.Offer, ["sku"] = i.Sku, ["version"] = "latest" },
        ["osType"] = "linux",
        ["capabilities"] = new JsonArray("DockerCompatible"),
        ["verificationType"] = "verified",
    }));
}
