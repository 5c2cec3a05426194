using System.Text.Json;

namespace DurableMl.Orchestrations.Runs;

/// <summary>What <see cref="WriteReport"/> works on.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Report">Its <see cref="RunOutput"/>.</param>
public sealed record WriteReportInput(string RunId, JsonElement Report);
