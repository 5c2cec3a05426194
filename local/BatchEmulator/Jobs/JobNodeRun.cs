using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.Scheduling;

namespace DurableMl.Local.BatchEmulator.Jobs;

/// <summary>A job preparation or release task on its way; it takes no slot.</summary>
internal sealed class JobNodeRun(Node node) : NodeWork(node, 0);
