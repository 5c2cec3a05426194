namespace DurableMl.Local.BatchEmulator.Faults;

/// <summary>What can be made to go wrong.</summary>
internal enum FaultKind
{
    /// <summary>A request is answered with 429 and Retry-After.</summary>
    Throttle,

    /// <summary>A request takes longer.</summary>
    Delay,

    /// <summary>A node does not start: it becomes unusable.</summary>
    NodeStart,

    /// <summary>A container image cannot be pulled.</summary>
    ImagePull,

    /// <summary>A pool cannot have as many nodes as it asks for.</summary>
    Quota,

    /// <summary>A pool cannot be created, as the account has as many as it may.</summary>
    PoolQuota,
}
