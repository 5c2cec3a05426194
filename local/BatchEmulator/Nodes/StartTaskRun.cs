using DurableMl.Local.BatchEmulator.Scheduling;

namespace DurableMl.Local.BatchEmulator.Nodes;

/// <summary>A start task on its way; it takes no slot.</summary>
internal sealed class StartTaskRun(Node node) : NodeWork(node, 0);
