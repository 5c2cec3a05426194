namespace DurableMl.Local.BatchEmulator.Tasks;

/// <summary>Where a task last ran.</summary>
/// <param name="PoolId">The pool.</param>
/// <param name="NodeId">The node.</param>
/// <param name="RootDirectory">The task directory, relative to the node's root.</param>
internal sealed record TaskLocation(string PoolId, string NodeId, string RootDirectory);
