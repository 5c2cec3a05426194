using System.Text.Json;

namespace Azure.Compute.Batch;

/// <summary>A pool to create.</summary>
public class BatchPoolCreateOptions : IJsonBody
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="id">Identifier: at most 64 letters, digits, hyphens and underscores, compared without regard to case.</param>
    /// <param name="vmSize">Size of the virtual machines, such as <c>Standard_NC4as_T4_v3</c>.</param>
    public BatchPoolCreateOptions(string id, string vmSize)
    {
        Id = id ?? throw new ArgumentNullException(nameof(id));
        VmSize = vmSize ?? throw new ArgumentNullException(nameof(vmSize));
    }

    /// <summary>Identifier.</summary>
    public string Id { get; }

    /// <summary>Size of the virtual machines.</summary>
    public string VmSize { get; }

    /// <summary>Wanted number of dedicated nodes; 0 by default.</summary>
    public int? TargetDedicatedNodes { get; set; }

    /// <summary>Wanted number of spot nodes; 0 by default.</summary>
    public int? TargetLowPriorityNodes { get; set; }

    void IJsonBody.Write(Utf8JsonWriter json)
    {
        json.Text("id", Id);
        json.Text("vmSize", VmSize);
        json.Number("targetDedicatedNodes", TargetDedicatedNodes);
        json.Number("targetLowPriorityNodes", TargetLowPriorityNodes);
    }
}
