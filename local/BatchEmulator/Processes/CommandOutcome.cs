using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Tasks;

namespace DurableMl.Local.BatchEmulator.Processes;

/// <summary>How a command ended.</summary>
/// <param name="Stage">How far it came.</param>
/// <param name="ExitCode">Its exit code, when it ran to an end.</param>
/// <param name="Failure">What went wrong.</param>
/// <param name="ContainerInfo">containerInfo, for a container's command.</param>
internal sealed record CommandOutcome(CommandStage Stage, int? ExitCode, TaskFailure? Failure, JsonObject? ContainerInfo = null);
