using System.Text.Json;

namespace Azure.Compute.Batch;

/// <summary>A job to create.</summary>
public class BatchJobCreateOptions : IJsonBody
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="id">Identifier: at most 64 letters, digits, hyphens and underscores, compared without regard to case.</param>
    /// <param name="poolInfo">The pool the tasks run on.</param>
    public BatchJobCreateOptions(string id, BatchPoolInfo poolInfo)
    {
        Id = id ?? throw new ArgumentNullException(nameof(id));
        PoolInfo = poolInfo ?? throw new ArgumentNullException(nameof(poolInfo));
    }

    /// <summary>Identifier.</summary>
    public string Id { get; }

    /// <summary>Name for people, at most 1024 characters; need not be unique.</summary>
    public string DisplayName { get; set; }

    /// <summary>The pool the tasks run on.</summary>
    public BatchPoolInfo PoolInfo { get; }

    void IJsonBody.Write(Utf8JsonWriter json)
    {
        json.Text("id", Id);
        json.Text("displayName", DisplayName);
        json.WriteStartObject("poolInfo");
        json.Text("poolId", PoolInfo.PoolId);
        json.WriteEndObject();
    }
}

/// <summary>The pool of a job.</summary>
public class BatchPoolInfo
{
    /// <summary>Id of a pool that is there.</summary>
    public string PoolId { get; set; }
}
