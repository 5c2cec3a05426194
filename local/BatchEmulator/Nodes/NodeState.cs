namespace DurableMl.Local.BatchEmulator.Nodes;

/// <summary>States of a node.</summary>
internal static class NodeState
{
    public const string Idle = "idle";
    public const string Rebooting = "rebooting";
    public const string Reimaging = "reimaging";
    public const string Running = "running";
    public const string Unusable = "unusable";
    public const string Creating = "creating";
    public const string Starting = "starting";
    public const string WaitingForStartTask = "waitingforstarttask";
    public const string StartTaskFailed = "starttaskfailed";
    public const string Unknown = "unknown";
    public const string LeavingPool = "leavingpool";
    public const string Offline = "offline";
    public const string Preempted = "preempted";
    public const string UpgradingOS = "upgradingos";
    public const string Deallocated = "deallocated";
    public const string Deallocating = "deallocating";

    /// <summary>Every state with the name that nodecounts gives it.</summary>
    public static IReadOnlyDictionary<string, string> CountNames { get; } = new Dictionary<string, string>
    {
        [Creating] = "creating",
        [Idle] = "idle",
        [Offline] = "offline",
        [Preempted] = "preempted",
        [Rebooting] = "rebooting",
        [Reimaging] = "reimaging",
        [Running] = "running",
        [Starting] = "starting",
        [StartTaskFailed] = "startTaskFailed",
        [LeavingPool] = "leavingPool",
        [Unknown] = "unknown",
        [Unusable] = "unusable",
        [WaitingForStartTask] = "waitingForStartTask",
        [Deallocated] = "deallocated",
        [Deallocating] = "deallocating",
        [UpgradingOS] = "upgradingOS",
    };
}
